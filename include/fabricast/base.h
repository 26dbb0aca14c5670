#ifndef FAB_BASE_H
#define FAB_BASE_H

/* Marks what the shared library exports; everything else stays hidden. */
#define FAB_API __attribute__((visibility("default")))

/* Ignoring the result is a compile-time warning, and the build treats warnings as errors. */
#define FAB_CHECKED __attribute__((warn_unused_result))

/* Checks the arguments of a printf-like function against its format. */
#define FAB_PRINTF(format_index, first_argument)                                                   \
    __attribute__((format(printf, format_index, first_argument)))

#ifdef __cplusplus
#define FAB_BEGIN_DECLS extern "C" {
#define FAB_END_DECLS   }
#else
#define FAB_BEGIN_DECLS
#define FAB_END_DECLS
#endif

#endif
