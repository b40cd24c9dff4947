/*
 * The promises P1 (no number twice) and P2 (above everything delivered before the request) of a fabric of CARDS cards
 * through up to VIEWS - 1 view changes, checked exhaustively by Spin.
 *
 * Messages: what was sent once can be received at any later time, any number of times, in any order, or never. That is
 * loss, delay, duplication and reordering in one. Cards crash at any point and come back with what they had in flash.
 *
 * Time: a primary trusts an acknowledgement for a little less than a lease from when it sent the beacon; the card that
 * gave it keeps its grant for a whole lease from when it received it. So the trust ends before the grant does, and the
 * model lets both end in one step: the latest that time allows. After a boot a card waits for a lease, by when no
 * primary trusts what it acknowledged before. How long a lease is does not matter then.
 *
 * Numbers are 0 .. NUMBERS-1, a block is one number, the window of the ceiling is WINDOW.
 * Every BREAK_... leaves out one rule; each must make the model fail.
 */
#ifndef CARDS
#define CARDS 3
#endif
#ifndef VIEWS
#define VIEWS 2
#endif
#ifndef NUMBERS
#define NUMBERS 4
#endif
#ifndef REQUESTS
#define REQUESTS 2
#endif
#ifndef REBOOTS
#define REBOOTS 1
#endif
#ifndef WINDOW
#define WINDOW 2
#endif

/* One vote a card; with an even number the first has two, so that two halves never both act. */
#if CARDS == 2 || CARDS == 4
#define VOTES(c) (((c) == 0) + 1)
#define ALL_VOTES (CARDS + 1)
#else
#define VOTES(c) 1
#define ALL_VOTES CARDS
#endif
#ifdef BREAK_HALF_IS_QUORUM
#define QUORUM ((ALL_VOTES + 1) / 2 - (ALL_VOTES > 2))
#else
#define QUORUM (ALL_VOTES / 2 + 1)
#endif

#define BIT(c) (1 << (c))
#define HAS(set, c) (((set) >> (c)) & 1)
#define AT(v, c) ((v) * CARDS + (c))
#define NUM(v, n) ((v) * NUMBERS + (n))

/* In flash. */
byte promised[CARDS];
byte accepted[CARDS];
byte ceiling[CARDS];

/* In memory. */
bool cold[CARDS];
bool waiting[CARDS];      /* less than a lease since the boot */
byte next[CARDS];         /* as primary: the next number */
byte stored[CARDS];       /* as secondary: one above the newest */
byte granted[CARDS];      /* the view whose primary has a grant of this card, + 1; 0: none */

/* Views, numbered as they are begun. View 0 is set up by init. */
byte views = 1;
byte coordinator[VIEWS];
byte promisedTo[VIEWS];   /* who has sent a PROMISE */
bool chosen[VIEWS];
byte primary[VIEWS];
byte secondary[VIEWS];
byte base[VIEWS];
byte viewCeiling[VIEWS];  /* highest ceiling that a beacon or the ACCEPT of the view carried */

/* What each PROMISE said. */
byte saidAccepted[VIEWS * CARDS];
bool saidTail[VIEWS * CARDS];
byte saidNumber[VIEWS * CARDS];
byte saidCeiling[VIEWS * CARDS];

/* What the primary of a view knows of the others. It is in that card's memory. */
byte trusts[VIEWS];                   /* whose grant it counts on */
byte ackedCeiling[VIEWS * CARDS];

/* STOREs and ANSWERs that were sent: the request, + 1. */
byte store[VIEWS * NUMBERS];
byte answer[VIEWS * NUMBERS];

byte requests;
byte above[REQUESTS];     /* numbers below this one were delivered before the request was made */
bool done[REQUESTS];
byte delivered;           /* a bit for each number */
byte highest;             /* one above the highest delivered */
byte reboots;

byte i, j, s, votes, a;   /* of single steps; zeroed behind each, so that they add no states */

#define ACTS(c, v) (accepted[c] == (v) && promised[c] == (v))
#define IS_PRIMARY(c) (primary[accepted[c]] == (c) && ACTS(c, accepted[c]) && !cold[c])

#ifdef BREAK_FORWARD_IN_ANY_VIEW
#define MAY_STORE(c, v) (accepted[c] >= (v))
#else
#define MAY_STORE(c, v) ACTS(c, v)
#endif

#ifdef BREAK_OWN_PROMISE_SKIPS_GRANT
#define SKIPS_GRANT(c, v) (coordinator[v] == (c))
#else
#define SKIPS_GRANT(c, v) false
#endif
#ifdef BREAK_GRANT_IGNORED
#define GRANTS_NOBODY_ELSE(c, v) true
#else
#define GRANTS_NOBODY_ELSE(c, v) (granted[c] == 0 || primary[granted[c] - 1] == coordinator[v] || SKIPS_GRANT(c, v))
#endif

#ifdef BREAK_NO_WAIT_AFTER_BOOT
#define BOOT_IS_PAST(c) true
#else
#define BOOT_IS_PAST(c) !waiting[c]
#endif

#ifdef BREAK_ACCEPT_AGAIN
#define IS_NEW(c, v) true
#else
#define IS_NEW(c, v) (accepted[c] != (v))
#endif

inline sumVotes(set) {
  votes = 0;
  for (i : 0 .. CARDS - 1) { if :: HAS(set, i) -> votes = votes + VOTES(i) :: else fi }
  i = 0;
}

/* Whether the primary c of view v holds its lease. Its own vote is its own promise. */
inline checkLease(c, v) {
#ifdef BREAK_NO_LEASE
  votes = ALL_VOTES;
#else
  sumVotes(trusts[v] | BIT(c));
#endif
}

/* Votes of those who have a ceiling above number n in flash, as far as the primary of view v knows. */
inline checkCeiling(v, n) {
  votes = 0;
  for (i : 0 .. CARDS - 1) {
    if :: ackedCeiling[AT(v, i)] > n -> votes = votes + VOTES(i) :: else fi
  }
  i = 0;
#ifdef BREAK_ONE_CARDS_CEILING
  if :: votes > 0 -> votes = ALL_VOTES :: else fi
#endif
}

/* What a primary knows in a view is gone, or of no use any more. */
inline forget(c) {
  if
  :: primary[accepted[c]] == c ->
     trusts[accepted[c]] = 0;
     for (i : 0 .. CARDS - 1) { ackedCeiling[AT(accepted[c], i)] = 0 }
     i = 0
  :: else
  fi
}

inline enterRoles(c, v) {
  cold[c] = false;
  next[c] = 0;
  stored[c] = 0;
  if :: primary[v] == c -> next[c] = base[v] :: else fi;
  if :: secondary[v] == c -> stored[c] = base[v] :: else fi;
}

inline sendPromise(c, v) {
  promisedTo[v] = promisedTo[v] | BIT(c);
  saidAccepted[AT(v, c)] = accepted[c];
  saidCeiling[AT(v, c)] = ceiling[c];
  saidTail[AT(v, c)] = !cold[c] && (primary[accepted[c]] == c || secondary[accepted[c]] == c);
  saidNumber[AT(v, c)] = (primary[accepted[c]] == c -> next[c] : stored[c]);
  if :: !saidTail[AT(v, c)] -> saidNumber[AT(v, c)] = 0 :: else fi
}

/* The base that the promises in set s make necessary. */
inline chooseBase(v) {
  a = 0;
  for (i : 0 .. CARDS - 1) {
    if :: HAS(s, i) && saidAccepted[AT(v, i)] > a -> a = saidAccepted[AT(v, i)] :: else fi
  }
  i = secondary[a];
  j = primary[a];
  if
  :: HAS(s, i) && (saidAccepted[AT(v, i)] < a || saidTail[AT(v, i)]) ->
     base[v] = base[a];
#ifndef BREAK_BASE_FROM_VIEW
     if :: saidAccepted[AT(v, i)] == a && saidNumber[AT(v, i)] > base[v] -> base[v] = saidNumber[AT(v, i)] :: else fi
#endif
  :: else ->
     if
     :: HAS(s, j) && (saidAccepted[AT(v, j)] < a || saidTail[AT(v, j)]) ->
        base[v] = base[a];
#ifndef BREAK_BASE_FROM_VIEW
        if :: saidAccepted[AT(v, j)] == a && saidNumber[AT(v, j)] > base[v] -> base[v] = saidNumber[AT(v, j)] :: else fi
#endif
     :: else ->
        base[v] = 0;
        for (i : 0 .. CARDS - 1) {
          if :: HAS(s, i) && saidCeiling[AT(v, i)] > base[v] -> base[v] = saidCeiling[AT(v, i)] :: else fi
        }
     fi
  fi;
  viewCeiling[v] = base[v];
  for (i : 0 .. CARDS - 1) {
    if :: HAS(s, i) && saidCeiling[AT(v, i)] > viewCeiling[v] -> viewCeiling[v] = saidCeiling[AT(v, i)] :: else fi
  }
  /* Later promises change nothing, so what was said need not be kept. */
  promisedTo[v] = 0;
  for (i : 0 .. CARDS - 1) {
    saidAccepted[AT(v, i)] = 0;
    saidTail[AT(v, i)] = false;
    saidNumber[AT(v, i)] = 0;
    saidCeiling[AT(v, i)] = 0
  }
  i = 0; j = 0; a = 0;
}

active proctype Fabric() {
  byte c, v, n, r;

  d_step {
    chosen[0] = true;
    primary[0] = 0;
    secondary[0] = 1;
  }

end:
  do
  /* A process asks. */
  :: requests < REQUESTS -> d_step { above[requests] = highest; requests++ }

  /* The primary moves its ceiling: into its own flash first, then into its beacons. */
  :: atomic { select(c : 0 .. CARDS - 1);
     if
     :: IS_PRIMARY(c) && next[c] + WINDOW > ceiling[c] && ceiling[c] < NUMBERS ->
     d_step {
       v = accepted[c];
       ceiling[c] = (next[c] + WINDOW > NUMBERS -> NUMBERS : next[c] + WINDOW);
       ackedCeiling[AT(v, c)] = ceiling[c];
       if :: ceiling[c] > viewCeiling[v] -> viewCeiling[v] = ceiling[c] :: else fi;
       c = 0; v = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /*
   * A card hears a beacon of its view, follows the ceiling, grants the lease, and its acknowledgement arrives. Where it
   * does not arrive, the primary only does less; where the primary has stopped meanwhile, nothing comes of it.
   */
  :: atomic { select(c : 0 .. CARDS - 1);
     if
     :: ACTS(c, accepted[c]) && primary[accepted[c]] != c && IS_PRIMARY(primary[accepted[c]]) &&
        accepted[primary[accepted[c]]] == accepted[c] &&
        (!HAS(trusts[accepted[c]], c) || ceiling[c] < viewCeiling[accepted[c]]) ->
     d_step {
       v = accepted[c];
       granted[c] = v + 1;
       trusts[v] = trusts[v] | BIT(c);
       if :: viewCeiling[v] > ceiling[c] -> ceiling[c] = viewCeiling[v] :: else fi;
       ackedCeiling[AT(v, c)] = ceiling[c] }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* The grant runs out, and the primary's trust in it at the latest then. */
  :: atomic { select(c : 0 .. CARDS - 1);
     if
     :: granted[c] != 0 ->
     d_step {
       trusts[granted[c] - 1] = trusts[granted[c] - 1] & ~BIT(c);
       granted[c] = 0;
       c = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* The primary assigns a number to a request, or once more to one that asks again. */
  :: atomic { select(c : 0 .. CARDS - 1); select(r : 0 .. REQUESTS - 1);
     if
     :: IS_PRIMARY(c) && next[c] < NUMBERS && r < requests && !done[r] ->
     d_step {
       v = accepted[c];
       checkLease(c, v);
       if
       :: votes >= QUORUM ->
          checkCeiling(v, next[c]);
          if
          :: votes >= QUORUM -> store[NUM(v, next[c])] = r + 1; next[c] = next[c] + 1
          :: else
          fi
       :: else
       fi;
       votes = 0; c = 0; v = 0; r = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* The secondary stores, then answers. */
  :: atomic { select(c : 0 .. CARDS - 1); select(v : 0 .. VIEWS - 1); select(n : 0 .. NUMBERS - 1);
     if
     :: store[NUM(v, n)] != 0 && secondary[v] == c && chosen[v] && !cold[c] && MAY_STORE(c, v) &&
       (answer[NUM(v, n)] == 0 || stored[c] <= n) ->
     d_step {
       if :: stored[c] <= n && secondary[accepted[c]] == c -> stored[c] = n + 1 :: else fi;
       answer[NUM(v, n)] = store[NUM(v, n)];
       c = 0; v = 0; n = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

#ifdef BREAK_STORE_IS_ANSWER
  /* The originator takes what was meant for the secondary. */
  :: atomic { select(v : 0 .. VIEWS - 1); select(n : 0 .. NUMBERS - 1);
     if
     :: store[NUM(v, n)] != 0 && answer[NUM(v, n)] == 0 ->
     d_step { answer[NUM(v, n)] = store[NUM(v, n)]; v = 0; n = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }
#endif

  /* The originator takes the first answer to its request. */
  :: atomic { select(v : 0 .. VIEWS - 1); select(n : 0 .. NUMBERS - 1);
     if
     :: answer[NUM(v, n)] != 0 && !done[answer[NUM(v, n)] - 1] ->
     d_step {
       r = answer[NUM(v, n)] - 1;
       done[r] = true;
       assert(!HAS(delivered, n));   /* P1 */
       assert(n >= above[r]);        /* P2 */
       delivered = delivered | BIT(n);
       if :: n >= highest -> highest = n + 1 :: else fi;
       /* What is still under way for this request is late from now on: as good as lost. */
       for (i : 0 .. VIEWS * NUMBERS - 1) {
         if :: store[i] == r + 1 -> store[i] = 0 :: else fi;
         if :: answer[i] == r + 1 -> answer[i] = 0 :: else fi
       }
       i = 0;
       v = 0; n = 0; r = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* A card begins a view change. Its own promise is given like everybody's. */
  :: atomic { views < VIEWS -> select(c : 0 .. CARDS - 1);
     d_step { coordinator[views] = c; views++; c = 0 } }

  /* A card promises: no grant to another than the coordinator runs, and the wait after a boot is over. */
  :: atomic { select(c : 0 .. CARDS - 1); select(v : 1 .. VIEWS - 1);
     if
     :: v < views && promised[c] < v && GRANTS_NOBODY_ELSE(c, v) && BOOT_IS_PAST(c) &&
       (coordinator[v] == c || chosen[v] || HAS(promisedTo[v], coordinator[v])) ->
     d_step {
       if :: !chosen[v] -> sendPromise(c, v) :: else fi;
#ifndef BREAK_PROMISE_NOT_KEPT
       forget(c);
#endif
#ifndef BREAK_PROMISE_NOT_KEPT
       promised[c] = v;
#endif
       c = 0; v = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* With promises of a quorum the coordinator chooses, once. */
  :: atomic { select(v : 1 .. VIEWS - 1); select(s : 1 .. (1 << CARDS) - 1);
     v < views && !chosen[v] && (s & ~promisedTo[v]) == 0 ->
     sumVotes(s);
     if
     :: votes < QUORUM -> votes = 0
     :: votes >= QUORUM ->
        votes = 0;
        select(c : 0 .. CARDS - 1); select(n : 0 .. CARDS - 1);
        if
        :: HAS(s, c) && HAS(s, n) && (c != n || s == BIT(c)) ->
           d_step { chosen[v] = true; primary[v] = c; secondary[v] = n; chooseBase(v) }
        :: else
        fi
     fi;
     c = 0; n = 0; v = 0; s = 0 }

  /* A card accepts, by ACCEPT or by a beacon. */
  :: atomic { select(c : 0 .. CARDS - 1); select(v : 1 .. VIEWS - 1);
     if
     :: v < views && chosen[v] && promised[c] <= v && IS_NEW(c, v) ->
     d_step {
       forget(c);
       promised[c] = v;
       accepted[c] = v;
       if :: viewCeiling[v] > ceiling[c] -> ceiling[c] = viewCeiling[v] :: else fi;
       enterRoles(c, v);
       c = 0; v = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }

  /* A card loses its power, and comes back. What it grants is forgotten; what others count on is not. */
  :: atomic { reboots < REBOOTS -> select(c : 0 .. CARDS - 1);
     d_step {
       reboots++;
       granted[c] = 0;
       waiting[c] = true;
#ifndef BREAK_MEMORY_TRUSTED
       forget(c);
#endif
#ifndef BREAK_MEMORY_TRUSTED
       cold[c] = true;
#endif
       next[c] = 0;
       stored[c] = 0;
       c = 0 } }

  /* A lease after the boot nobody counts on what was granted before. */
  :: atomic { select(c : 0 .. CARDS - 1);
     if
     :: waiting[c] ->
     d_step {
       for (i : 0 .. VIEWS - 1) { trusts[i] = trusts[i] & ~BIT(c) }
       i = 0;
       waiting[c] = false;
       c = 0 }
     :: else
     fi;
     c = 0; v = 0; n = 0; r = 0 }
  od
}
