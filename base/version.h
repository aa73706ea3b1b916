// version.h: which echolab this is.
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

// "0.1.0 (commit 1a2b3c4)", with "-dirty" after a commit whose tree was changed since; "0.1.0"
// where it was built outside a git checkout. Nobody need free it.
const char *version_text(void);

// Its two parts: "0.1.0", and "1a2b3c4", empty where it was built outside a git checkout.
const char *version_number(void);
const char *version_commit(void);

#endif
