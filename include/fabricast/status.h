#ifndef FAB_STATUS_H
#define FAB_STATUS_H

#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* One list, three uses: the enum, the name table and the manual page. */
#define FAB_STATUS_LIST(X)                                                                         \
    X(FAB_OK, "success")                                                                           \
    X(FAB_E_NOMEM, "out of memory")                                                                \
    X(FAB_E_INPUT, "mistakes in the input; the diagnostics say which")                             \
    X(FAB_E_RANGE, "value outside its allowed range")                                              \
    X(FAB_E_INFEASIBLE, "no arrangement satisfies the constraints")                                \
    X(FAB_E_NOTFOUND, "no such name")                                                              \
    X(FAB_E_IO, "cannot read or write")                                                            \
    X(FAB_E_TOOL, "a program needed to draw figures failed")                                       \
    X(FAB_E_STOPPED, "stopped on request; what was finished is kept")

#define FAB_STATUS_ENUM(id, text) id,
typedef enum fab_status { FAB_STATUS_LIST(FAB_STATUS_ENUM) FAB_STATUS_COUNT } fab_status;
#undef FAB_STATUS_ENUM

/* Returns the static text of `s`; never NULL, also for values outside the list. */
FAB_API const char *fab_status_text(fab_status s);

/* Leave the enclosing function with the first failure. The only macro that hides a return. */
#define FAB_TRY(call)                                                                              \
    do {                                                                                           \
        const fab_status fab_try_status_ = (call);                                                 \
        if (fab_try_status_ != FAB_OK) {                                                           \
            return fab_try_status_;                                                                \
        }                                                                                          \
    } while (0)

FAB_END_DECLS

#endif
