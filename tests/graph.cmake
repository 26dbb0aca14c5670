# Fabrics as nodes and links.

fab_test(test_wire_up graph units base)
fab_test(test_route graph units base)
fab_test(test_spread graph units base)
fab_test(test_edge_list graph config units base)
fab_test(test_wired graph fabric catalog config units base)
fab_replay(cables graph fabric config units base)
