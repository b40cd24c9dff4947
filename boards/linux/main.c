/*
 * The command line program of an `x-cli-lin` build. It runs the main module that the manifest names, as a board does
 * after its reset, and exits with 1 where that throws.
 */
#include "xsAll.h"
#include "xs.h"
#include "mc.xs.h"

#include <stdio.h>
#include <stdlib.h>

void fxAbort(txMachine* the, int status)
{
	fprintf(stderr, "XS stopped: %s\n", fxAbortString(status));
	exit(1);
}

int main(void)
{
	int failed = 0;
	txPreparation* preparation = xsPreparation();
	xsMachine* machine = fxPrepareMachine(NULL, preparation, preparation->main, NULL, NULL);
	if (machine == NULL) {
		fprintf(stderr, "XS did not start: it was built with another version of the engine than its modules\n");
		return 1;
	}
	xsBeginHost(machine);
	{
		xsTry {
			(void)xsAwaitImport(preparation->main, XS_IMPORT_NAMESPACE);
		}
		xsCatch {
			fprintf(stderr, "%s\n", xsToString(xsException));
			failed = 1;
		}
	}
	xsEndHost(machine);
	xsDeleteMachine(machine);
	return failed;
}
