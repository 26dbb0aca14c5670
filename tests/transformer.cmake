fab_test(test_parameters transformer)
fab_test(test_flops transformer)
fab_test(test_activations transformer)
fab_test(test_dispatch transformer)
