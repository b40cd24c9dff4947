#ifndef SEQCARD_WATCHDOG_H
#define SEQCARD_WATCHDOG_H

/* Says that the card still runs. Does nothing before the watchdog was started. */
void watchdogFeed(void);

#endif
