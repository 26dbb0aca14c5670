# Collectives and steps, simulated.
fab_test(test_collide sim collective flow graph fabric units base)
