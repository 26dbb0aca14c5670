# Measured kernels and runs, and the constants fitted to them.
fab_test(test_calibrate validate catalog gpu config units base)
cli_test(calibrate)
cli_test(validate)
