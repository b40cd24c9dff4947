/*
 * The promises P1 (no number twice) and P2 (above everything delivered before the request) of a fabric of CARDS cards
 * through up to VIEWS - 1 view changes and REBOOTS reboots, checked exhaustively by Spin. docs/model.md says what is
 * left out, how far this goes and how to run it.
 *
 * The model does at least all that the cards can do. To stay small enough it leaves out what has no effect, and what
 * only narrows what a card may do later, as a run without it can do the same harm and more:
 *
 * - Messages. What was sent once can arrive at any later time, any number of times, in any order, or never: that is
 *   loss, delay, duplication and reordering in one. A PROMISE that never arrives is like none. So is a second one, but
 *   for a card that has rebooted in between.
 * - Time and the lease. A primary trusts an acknowledgement for a little less than a lease from when it sent the beacon;
 *   the card that gave it keeps its grant for a whole lease from when that beacon came. So the trust ends before the
 *   grant. What ends a grant is of use only to the promise that waits for it: until then the model lets the primary trust.
 *   Hence a card's promise ends the trust, and every primary trusts whoever acts in its view. A grant to the coordinator
 *   itself needs no end, but there the primary has promised first, and acts no more.
 * - Reboots. A grant is forgotten, but the card waits for a lease before it promises, by when no primary trusts it
 *   either. So it is as if the grant were remembered, and a card without a role is not changed by a reboot.
 * - Coordinators. Who leads a change matters only in that it has promised, and promised nothing higher, when it chooses.
 *   A change that is never chosen is like none. View numbers are not taken in any order: two cards may begin at once.
 * - Ceilings. The primary raises its ceiling, and the others follow, in steps of one number, so that beacons of all ages
 *   are among them. It knows at once what a card that acts in its view has in flash. The others
 *   may follow to what it has in flash even from another view: more than they can.
 * - Requests. Every number is assigned to a request made at that very moment, and delivered as soon as the secondary has
 *   it. That is the strictest: a retry was made earlier, an answer may come later or be dropped as the second. A request
 *   that comes again gets its numbers again: a STORE that comes twice, of whose answers the originator drops the second.
 *
 * Numbers are 0 .. NUMBERS - 1, a block is one number, the window is at most WINDOW. Each BREAK_... leaves out one rule
 * and must make the model fail; each WITNESS must be found.
 */
#ifndef CARDS
#define CARDS 3
#endif
#ifndef VIEWS
#define VIEWS 2
#endif
#ifndef NUMBERS
#define NUMBERS 3
#endif
#ifndef WINDOW
#define WINDOW 2
#endif
#ifndef REBOOTS
#define REBOOTS 1
#endif

#if CARDS > 4 || VIEWS > 4 || NUMBERS > 5
#error the steps at the end are written out for 4 cards, 4 views and 5 numbers
#endif

/* What is to be shown to happen at all: an assertion that must fail. */
#define VIEW_CHOSEN 1
#define DELIVERED_IN_LAST_VIEW 2
#define BASE_FROM_CEILING 3
#define BASE_FROM_SECONDARY 4
#define BASE_FROM_PRIMARY 5
#define BASE_OF_VIEW_NEVER_ACTIVE 6
#define TWO_PRIMARIES_DELIVERED 7
#define OLD_VIEW_DELIVERED 8
#define ALL_NUMBERS_DELIVERED 9
#ifndef WITNESS
#define WITNESS 0
#endif
#define REACHED(what, condition) assert(WITNESS != what || !(condition))

/* One vote a card; with an even number the first has two, so that two halves never both act. */
#ifdef BREAK_HALF_IS_QUORUM
#define VOTES(c) 1
#define QUORUM (CARDS / 2)
#else
#define VOTES(c) (1 + (CARDS % 2 == 0 && (c) == 0))
#define QUORUM (CARDS / 2 + 1)
#endif

#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)
#define AT(v, c) ((v) * CARDS + (c))

/* The sum of F(card, x) over all cards. */
#if CARDS == 2
#define SUM(F, x) (F(0, x) + F(1, x))
#elif CARDS == 3
#define SUM(F, x) (F(0, x) + F(1, x) + F(2, x))
#else
#define SUM(F, x) (F(0, x) + F(1, x) + F(2, x) + F(3, x))
#endif

/* ---- What there is ---- */

/* In flash. */
byte promised[CARDS];
byte accepted[CARDS];
byte ceiling[CARDS];

/* In memory. */
bool cold[CARDS];
byte tail[CARDS];         /* as primary: the next number; as secondary: one above the newest stored */

/* Views. View 0 is set up by init. */
bool chosen[VIEWS];
byte primary[VIEWS];
byte secondary[VIEWS];
byte base[VIEWS];
byte leastCeiling[VIEWS]; /* that of the ACCEPT; beacons carry no lower one */

/* PROMISEs that were sent for a view that is not chosen yet: by whom, and what they said. */
byte promises[VIEWS];
byte saidAccepted[VIEWS * CARDS];
byte saidTail[VIEWS * CARDS];      /* + 1; 0: cold, or no role */
byte saidCeiling[VIEWS * CARDS];

byte grants[VIEWS];       /* whom the primary of a view trusts, while it acts */
byte acknowledged[VIEWS * CARDS]; /* the ceilings that it knows to be in flash */
byte stores[VIEWS];       /* numbers whose STORE is under way to the secondary of a view, while it may store them */
byte late[VIEWS];         /* those of them that were assigned when a number at or above them was delivered already */
byte delivered;           /* numbers */

byte reboots;

#ifdef BREAK_NO_WAIT_AFTER_BOOT
bool forgot[CARDS];
#endif
#ifdef BREAK_CEILING_WRITTEN_LATE
byte written[CARDS];
#endif
#if WITNESS == TWO_PRIMARIES_DELIVERED
byte deliverers;
#endif

byte i, a;                /* of single steps; zeroed behind each, so that they add no states */

/* ---- What a card may do ---- */

#define ACTS_IN(c, v) (accepted[c] == (v) && promised[c] == (v))
#define ACTS(c) (promised[c] == accepted[c])
#define HAS_ROLE(c) (primary[accepted[c]] == (c) || secondary[accepted[c]] == (c))
#define IS_PRIMARY(c) (primary[accepted[c]] == (c) && ACTS(c) && !cold[c])
#define IS_SECONDARY(c) (secondary[accepted[c]] == (c) && ACTS(c) && !cold[c])

#define VOTES_IN(c, set) HAS(set, c) * VOTES(c)
#define VOTES_ABOVE(c, v) (acknowledged[AT(v, c)] > tail[primary[v]]) * VOTES(c)

#ifdef BREAK_NO_LEASE
#define HOLDS_LEASE(v) true
#else
#define HOLDS_LEASE(v) (SUM(VOTES_IN, grants[v]) >= QUORUM)
#endif

#ifdef BREAK_ONE_CARDS_CEILING
#define BELOW_CEILING(v) (SUM(VOTES_ABOVE, v) > 0)
#else
#define BELOW_CEILING(v) (SUM(VOTES_ABOVE, v) >= QUORUM)
#endif

/* Whether s, the secondary of view v, may still store. What it cannot store, nobody gets, so it need not be assigned. */
#ifdef BREAK_FORWARD_IN_ANY_VIEW
#define MAY_YET_STORE(s, v) true
#else
#define MAY_YET_STORE(s, v) (promised[s] <= (v) && !(accepted[s] == (v) && cold[s]))
#endif

#ifdef BREAK_PROMISE_NOT_KEPT
#define MAY_PROMISE(c, v) (promised[c] < (v) && !HAS(promises[v], c))
#define LEADS(c, v) HAS(promises[v], c)
#else
#define MAY_PROMISE(c, v) (promised[c] < (v))
#define LEADS(c, v) (HAS(promises[v], c) && promised[c] == (v))
#endif

#if defined(BREAK_ACCEPT_AGAIN)
#define MAY_ACCEPT(c, v) (promised[c] <= (v))
#elif defined(BREAK_ACCEPT_BELOW_PROMISED)
#define MAY_ACCEPT(c, v) (accepted[c] < (v))
#else
#define MAY_ACCEPT(c, v) (promised[c] <= (v) && accepted[c] != (v))
#endif

#if defined(BREAK_PROMISE_WRITTEN_LATE) || defined(BREAK_NO_WAIT_AFTER_BOOT) || defined(BREAK_CEILING_WRITTEN_LATE)
#define REBOOT_MATTERS(c) true
#else
#define REBOOT_MATTERS(c) (HAS_ROLE(c) && !cold[c])
#endif

#if defined(BREAK_GRANT_IGNORED)
#define GRANT_MUST_END(c, v) false
#elif defined(BREAK_OWN_PROMISE_SKIPS_GRANT)
#define GRANT_MUST_END(c, v) (promises[v] != 0) /* the first promise is the coordinator's own */
#elif defined(BREAK_NO_WAIT_AFTER_BOOT)
#define GRANT_MUST_END(c, v) (!forgot[c])
#else
#define GRANT_MUST_END(c, v) true
#endif

/* ---- The normal path ---- */

inline assign(c, v) {
  printf("card %d assigns %d in view %d\n", c, tail[c], v);
  stores[v] = stores[v] | BIT(tail[c]);
  if :: delivered >> tail[c] -> late[v] = late[v] | BIT(tail[c]) :: else fi;
  tail[c]++
}

inline deliver(c, v, n) {
  printf("card %d answers %d of view %d\n", c, n, v);
  assert(!HAS(delivered, n)); /* P1 */
  assert(!HAS(late[v], n));   /* P2 */
  delivered = delivered | BIT(n);
  stores[v] = stores[v] & ~BIT(n);
  REACHED(DELIVERED_IN_LAST_VIEW, v == VIEWS - 1);
  REACHED(OLD_VIEW_DELIVERED, v < VIEWS - 1 && chosen[v + 1]);
  REACHED(ALL_NUMBERS_DELIVERED, delivered == BIT(NUMBERS) - 1);
#if WITNESS == TWO_PRIMARIES_DELIVERED
  deliverers = deliverers | BIT(primary[v]);
  assert(deliverers == BIT(primary[v]))
#endif
}

inline store(c, v, n) {
  if :: ACTS_IN(c, v) && tail[c] <= n -> tail[c] = n + 1 :: else fi;
  deliver(c, v, n)
}

inline raiseCeiling(c) {
  ceiling[c]++;
  if :: HAS(grants[accepted[c]], c) -> acknowledged[AT(accepted[c], c)] = ceiling[c] :: else fi;
  printf("card %d has ceiling %d\n", c, ceiling[c])
}

/* ---- Changing the view ---- */

/* What a card in its accepted view has to do with no more: it promised or accepted another, or is cold. */
inline stopActing(c) {
  if
  :: primary[accepted[c]] == c ->
     grants[accepted[c]] = 0;
     for (i : 0 .. CARDS - 1) { acknowledged[AT(accepted[c], i)] = 0 }
     i = 0
  :: else
  fi;
#ifndef BREAK_FORWARD_IN_ANY_VIEW
  if :: secondary[accepted[c]] == c -> stores[accepted[c]] = 0; late[accepted[c]] = 0 :: else fi
#endif
}

inline say(c, v) {
  saidAccepted[AT(v, c)] = accepted[c];
  saidCeiling[AT(v, c)] = ceiling[c];
#ifdef BREAK_COLD_TELLS
  saidTail[AT(v, c)] = (HAS_ROLE(c) -> tail[c] + 1 : 0);
#else
  saidTail[AT(v, c)] = (HAS_ROLE(c) && !cold[c] -> tail[c] + 1 : 0);
#endif
}

inline promise(c, v) {
  say(c, v);
  if
  :: saidTail[AT(v, c)] > 0 ->
     printf("card %d promises view %d: accepted %d, ceiling %d, tail %d\n", c, v, accepted[c], ceiling[c], saidTail[AT(v, c)] - 1)
  :: else -> printf("card %d promises view %d: accepted %d, ceiling %d, no tail\n", c, v, accepted[c], ceiling[c])
  fi;
  if :: GRANT_MUST_END(c, v) -> grants[accepted[c]] = grants[accepted[c]] & ~BIT(c) :: else fi;
  promises[v] = promises[v] | BIT(c);
#ifndef BREAK_PROMISE_NOT_KEPT
  stopActing(c);
  promised[c] = v
#endif
}

#define TELLS(v, c) (HAS(promises[v], c) && (saidAccepted[AT(v, c)] < a || saidTail[AT(v, c)] > 0))

inline baseFrom(v, c) {
  base[v] = base[a];
  REACHED(BASE_OF_VIEW_NEVER_ACTIVE, saidAccepted[AT(v, c)] < a);
#ifndef BREAK_BASE_FROM_VIEW
  if
  :: saidAccepted[AT(v, c)] == a && saidTail[AT(v, c)] > base[v] + 1 ->
     base[v] = saidTail[AT(v, c)] - 1;
     REACHED(BASE_FROM_SECONDARY, c == secondary[a]);
     REACHED(BASE_FROM_PRIMARY, c == primary[a])
  :: else
  fi
#endif
}

/* The base that the promises make necessary, and the highest ceiling among them. */
inline chooseBase(v) {
  a = 0;
  for (i : 0 .. CARDS - 1) {
    if :: HAS(promises[v], i) && saidAccepted[AT(v, i)] > a -> a = saidAccepted[AT(v, i)] :: else fi;
    if :: HAS(promises[v], i) && saidCeiling[AT(v, i)] > leastCeiling[v] -> leastCeiling[v] = saidCeiling[AT(v, i)] :: else fi
  }
  if
  :: TELLS(v, secondary[a]) -> baseFrom(v, secondary[a])
  :: else ->
     if
     :: TELLS(v, primary[a]) -> baseFrom(v, primary[a])
     :: else ->
        base[v] = leastCeiling[v];
        REACHED(BASE_FROM_CEILING, base[v] > base[a])
     fi
  fi;
  if :: leastCeiling[v] < base[v] -> leastCeiling[v] = base[v] :: else fi
}

inline choose(v, p, s) {
  REACHED(VIEW_CHOSEN, v > 0);
  chooseBase(v);
  chosen[v] = true;
  primary[v] = p;
  secondary[v] = s;
  printf("view %d is chosen: primary %d, secondary %d, base %d, ceiling %d\n", v, p, s, base[v], leastCeiling[v]);
  promises[v] = 0;
  for (i : 0 .. CARDS - 1) {
    saidAccepted[AT(v, i)] = 0;
    saidTail[AT(v, i)] = 0;
    saidCeiling[AT(v, i)] = 0
  }
  i = 0;
  a = 0
}

/* By ACCEPT or by a beacon. The primary hears at once from all who act in its view. */
inline accept(c, v) {
  printf("card %d accepts view %d\n", c, v);
  stopActing(c);
  promised[c] = v;
  accepted[c] = v;
  if :: ceiling[c] < leastCeiling[v] -> ceiling[c] = leastCeiling[v] :: else fi;
  cold[c] = false;
  tail[c] = (HAS_ROLE(c) -> base[v] : 0);
#ifdef BREAK_NO_WAIT_AFTER_BOOT
  forgot[c] = false;
#endif
#ifdef BREAK_CEILING_WRITTEN_LATE
  written[c] = ceiling[c];
#endif
  if
  :: accepted[primary[v]] == v && IS_PRIMARY(primary[v]) ->
     for (i : 0 .. CARDS - 1) {
       if
       :: ACTS_IN(i, v) && (i == c || primary[v] == c) ->
          grants[v] = grants[v] | BIT(i);
          acknowledged[AT(v, i)] = ceiling[i]
       :: else
       fi
     }
  :: else
  fi;
  i = 0
}

/* ---- Faults ---- */

inline reboot(c) {
  printf("card %d reboots\n", c);
  reboots++;
#ifdef BREAK_MEMORY_TRUSTED
  tail[c] = (HAS_ROLE(c) -> base[accepted[c]] : 0);
#else
  stopActing(c);
  if :: HAS_ROLE(c) -> cold[c] = true :: else fi;
  tail[c] = 0;
#endif
#ifdef BREAK_NO_WAIT_AFTER_BOOT
  forgot[c] = true;
#endif
#ifdef BREAK_CEILING_WRITTEN_LATE
  ceiling[c] = written[c];
#endif
#ifdef BREAK_PROMISE_WRITTEN_LATE
  promised[c] = accepted[c];
  if
  :: accepted[primary[accepted[c]]] == accepted[c] && IS_PRIMARY(primary[accepted[c]]) ->
     grants[accepted[c]] = grants[accepted[c]] | BIT(c)
  :: else
  fi
#endif
}

/* ---- The steps ---- */

/* The secondary stores, then answers. */
#define STEP_STORE(v, n) \
  :: d_step { IS_SECONDARY(me) && HAS(stores[v], n) -> store(me, v, n) }

/* The same without a look at the view. */
#define STEP_STORE_ANYWAY(v, n) \
  :: d_step { secondary[v] == me && accepted[me] >= v && HAS(stores[v], n) -> store(me, v, n) }

/* The originator takes what was meant for the secondary. */
#define STEP_TAKE_STORE(v, n) \
  :: d_step { me == 0 && HAS(stores[v], n) -> deliver(me, v, n) }

#define STEPS_OF_NUMBERS(STEP, v) STEP(v, 0) STEP(v, 1) STEP(v, 2) STEP(v, 3) STEP(v, 4)

/* Card s is made secondary and this one primary; both roles only where that card alone was a quorum. */
#define STEP_CHOOSE(v, s) \
  :: d_step { !chosen[v] && HAS(promises[v], me) && HAS(promises[v], s) && (me != s || promises[v] == BIT(me)) && \
              SUM(LEADS, v) > 0 && SUM(VOTES_IN, promises[v]) >= QUORUM -> choose(v, me, s) }

#define STEPS_OF_VIEW(v) \
  :: d_step { !chosen[v] && MAY_PROMISE(me, v) -> promise(me, v) } \
  :: d_step { chosen[v] && MAY_ACCEPT(me, v) -> accept(me, v) } \
  STEP_CHOOSE(v, 0) STEP_CHOOSE(v, 1) STEP_CHOOSE(v, 2) STEP_CHOOSE(v, 3)

proctype Card(byte me) {
end:
  do
  /* The primary moves its ceiling: into its own flash first, then into its beacons. */
  :: d_step { IS_PRIMARY(me) && ceiling[me] < tail[me] + WINDOW && ceiling[me] < NUMBERS -> raiseCeiling(me) }

  /* A card hears a beacon of its view and follows the ceiling. */
  :: d_step { ACTS(me) && ceiling[me] < ceiling[primary[accepted[me]]] -> raiseCeiling(me) }

  /* The primary assigns. */
  :: d_step { IS_PRIMARY(me) && tail[me] < NUMBERS && MAY_YET_STORE(secondary[accepted[me]], accepted[me]) &&
              HOLDS_LEASE(accepted[me]) && BELOW_CEILING(accepted[me]) -> assign(me, accepted[me]) }

#ifdef BREAK_FORWARD_IN_ANY_VIEW
  STEPS_OF_NUMBERS(STEP_STORE_ANYWAY, 0)
  STEPS_OF_NUMBERS(STEP_STORE_ANYWAY, 1)
#else
  STEPS_OF_NUMBERS(STEP_STORE, accepted[me])
#endif
#ifdef BREAK_STORE_IS_ANSWER
  STEPS_OF_NUMBERS(STEP_TAKE_STORE, 0)
  STEPS_OF_NUMBERS(STEP_TAKE_STORE, 1)
#endif

  STEPS_OF_VIEW(1)
#if VIEWS > 2
  STEPS_OF_VIEW(2)
#endif
#if VIEWS > 3
  STEPS_OF_VIEW(3)
#endif

  :: d_step { reboots < REBOOTS && REBOOT_MATTERS(me) -> reboot(me) }

  /* Asked again after a reboot, a card promises the same view again, but has no tail to tell any more. */
  :: d_step { !ACTS(me) && cold[me] && HAS(promises[promised[me]], me) && saidTail[AT(promised[me], me)] > 0 ->
              say(me, promised[me]) }

#ifdef BREAK_CEILING_WRITTEN_LATE
  :: d_step { written[me] < ceiling[me] -> written[me] = ceiling[me] }
#endif
  od
}

/* Every view 0 that differs in more than the names of cards with one vote. */
init {
  atomic {
    if
    :: secondary[0] = 1
#if CARDS == 2
    :: secondary[0] = 0
#endif
#if CARDS % 2 == 0
    :: primary[0] = 1
#endif
#if CARDS == 4
    :: primary[0] = 1; secondary[0] = 2
#endif
    fi;
    printf("view 0: primary %d, secondary %d\n", primary[0], secondary[0]);
    chosen[0] = true;
    grants[0] = BIT(CARDS) - 1;
    run Card(0);
    run Card(1);
#if CARDS > 2
    run Card(2);
#endif
#if CARDS > 3
    run Card(3);
#endif
  }
}
