# Measured kernels and runs, and the constants fitted to them.
fab_test(test_calibrate validate catalog gpu config units base)
cli_test(calibrate)
cli_test(validate)
fab_test(test_sweeps validate base)
fab_test(test_groups validate base)
fab_test(test_run_layout validate base)
fab_test(test_run_software validate base)
fab_test(test_run_framework validate base)
fab_test(test_run_overlap validate base)
fab_test(test_run_gradients validate base)
fab_test(test_run_kernels validate base)
fab_test(test_run_recompute validate base)
fab_test(test_compose_run validate base)
fab_test(test_field_writer validate base)
fab_test(test_run_experts validate base)
fab_replay(runs validate ownership gpu catalog config units base)

# docs/validation.md, its figures, validation/summary.txt and the figure of README.md are what comes out
add_test(NAME validation_page
  COMMAND scripts/update-validation --check $<TARGET_FILE:fabricast_program>
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
