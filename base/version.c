// version.c: see version.h. The one file that is compiled anew for each commit: the Makefile
// defines ECHOLAB_VERSION, and ECHOLAB_COMMIT in a git checkout, for it alone.
#include "base/version.h"

const char *version_text(void)
{
#ifdef ECHOLAB_COMMIT
    return ECHOLAB_VERSION " (commit " ECHOLAB_COMMIT ")";
#else
    return ECHOLAB_VERSION;
#endif
}

const char *version_number(void)
{
    return ECHOLAB_VERSION;
}

const char *version_commit(void)
{
#ifdef ECHOLAB_COMMIT
    return ECHOLAB_COMMIT;
#else
    return "";
#endif
}
