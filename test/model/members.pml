/*
 * Member changes of a fabric of cards: that every view which is chosen knows of every view below it that ever became
 * active, and that no two views are active at once, whatever lists they have; checked exhaustively by Spin.
 * docs/model.md says how far this goes and how to run it. What a view is good for once it is active (numbers, ceilings,
 * leases, the base) is in fabric.pml, for a list that does not change. What that model rests on is shown here for lists
 * that do: that the promises behind a view and what made an earlier one active have a card in common.
 *
 * A view is active when a quorum of its list has accepted it. From there on its primary may hold a lease and hand out.
 *
 * The model does at least all that the cards can do. It leaves out what has no effect, and what only narrows what a
 * card may do later, as a run without it can do the same harm and more:
 *
 * - Messages. What was sent once can arrive at any later time, any number of times, in any order, or never. A PROMISE
 *   that never arrives is like none.
 * - Numbers, ceilings, blocks. A base comes from the highest accepted view among the promises, and from ceilings that
 *   a quorum of that view's list has in flash. Both are as good as the view that the promises know of and the card that
 *   they share with what made it active, and that is what is checked.
 * - Time, leases, grants. A primary trusts a card for less than a lease from its beacon, and that card promises nothing
 *   else for a lease from when the beacon came. So trust ends at a promise at the latest, and a view can hand out only
 *   while a quorum of its list has promised nothing higher. fabric.pml shows what happens where that does not hold.
 * - Primaries. Whoever has accepted a view may do what only its primary does: propose the next list, and know that the
 *   view is active as soon as it is. That is more than any primary can.
 * - Reboots. What a card promised and accepted is in flash; what it collected as coordinator is lost, and a change
 *   that is never chosen is like none; that it is outdated only keeps it from leading. So a reboot changes nothing here.
 * - Being told to be removed. Such a card takes part in nothing any more: like one that nobody reaches. Told too early,
 *   before the list without it is active, it can be missed in the quorums that still count it: that costs requests, and
 *   never a promise of this model.
 *
 * A card that lost its flash and was initialised again under its old id is another incarnation. It knows nothing, as a
 * card that waits to be taken in, and comes in by a list that names this incarnation only.
 *
 * Besides, whichever cards are left, as long as they are a quorum of the newest list that one of them knows, one of them
 * must be able to lead: a change that breaks off at any point must not leave the cards waiting for each other. For that
 * it is taken that a card hears of a list that has it from any card of that list, not from the primary alone.
 *
 * Each BREAK_... leaves out one rule and must make the model fail; each WITNESS must be found.
 */
#ifndef VIEWS
#define VIEWS 4
#endif
#ifndef LOSSES
#define LOSSES 0
#endif

/*
 * The fabrics and what becomes of them. Of list l, VOTES_l are what its cards count in it, BEFORE_l what they counted in
 * the list before (the same where the list is settled), for cards 0, 1, ...; LISTED_l is the set of its cards.
 * STEPS_OF_LISTS says which list may follow which.
 */
#define REPLACE 1       /* {0, 1, 2}: 3 for 0 */
#define ADD_TO_TWO 2    /* {0, 1}, of which 0 has two votes: and 2 */
#define REMOVE 3        /* {0, 1, 2}: without 0 */
#define ADD_TO_FOUR 4   /* {0, 1, 2, 3}, of which 0 has two votes: and 4 */
#define ADD_THEN_REMOVE 5 /* {0, 1}: and 2, then without 0 */
#define RIVALS 6        /* {0, 1, 2}: one primary replaces 0 by 3, another one removes 1 */
#ifndef SCENARIO
#define SCENARIO REPLACE
#endif

#if SCENARIO == REPLACE
#define CARDS 4
#define LISTS 4
#define MEMBERS_AT_FIRST 7
#elif SCENARIO == ADD_TO_TWO
#define CARDS 3
#define LISTS 4
#define MEMBERS_AT_FIRST 3
#elif SCENARIO == REMOVE
#define CARDS 3
#define LISTS 3
#define MEMBERS_AT_FIRST 7
#elif SCENARIO == ADD_TO_FOUR
#define CARDS 5
#define LISTS 4
#define MEMBERS_AT_FIRST 15
#elif SCENARIO == ADD_THEN_REMOVE
#define CARDS 3
#define LISTS 5
#define MEMBERS_AT_FIRST 3
#elif SCENARIO == RIVALS
#define CARDS 4
#define LISTS 5
#define MEMBERS_AT_FIRST 7
#endif

/* What is to be shown to happen at all: an assertion that must fail. */
#define SETTLED_LIST_ACTIVE 1
#define OUTDATED_COORDINATOR 2
#define JOINT_LIST_GIVEN_UP 3
#define SETTLED_AFTER_FAILOVER 4
#ifndef WITNESS
#define WITNESS 0
#endif
#define REACHED(what, condition) assert(WITNESS != what || !(condition))

#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)
#define AT(v, c) ((v) * CARDS + (c))
#define ALL_ACTIVE 255

/* ---- Constants, set up by init. In a search in depth they are no part of a state; one in breadth cannot do that ---- */

#ifdef IN_DEPTH
#define CONSTANT hidden
#else
#define CONSTANT
#endif

CONSTANT byte votes[LISTS * CARDS];
CONSTANT byte before[LISTS * CARDS];
CONSTANT byte listed[LISTS];
CONSTANT byte joint[LISTS];
CONSTANT int quorums[LISTS]; /* bit s: the set s of cards is a quorum */

#define IS_QUORUM(l, set) HAS(quorums[l], set)

/* ---- What there is ---- */

/* In flash. */
byte promised[CARDS];
byte accepted[CARDS];
byte joining;             /* the cards that know nothing yet */
byte incarnation;         /* of each card one bit: it has lost its flash once */
byte losses;

/* Views. View 0 is set up by init. */
byte list[VIEWS];         /* + 1; 0: not chosen */
byte incarnations[VIEWS]; /* those that its list names */
byte source[VIEWS];       /* the highest accepted view behind it */
byte acceptedBy[VIEWS];   /* who ever accepted it, or ALL_ACTIVE */

/* PROMISEs that were sent for a view that is not chosen yet: by whom, and what they said. */
byte promises[VIEWS];
byte saidAccepted[VIEWS * CARDS];

/* Of single steps; zeroed behind each, so that they add no states. */
byte i, j, a, acting;
int set, sum, all;

/* ---- What a card may do ---- */

#define LIST(v) (list[v] - 1)
#define IS_LISTED(c, v) (HAS(listed[LIST(v)], c) && HAS(incarnations[v], c) == HAS(incarnation, c))
#define IS_ACTIVE(v) (acceptedBy[v] == ALL_ACTIVE)

#define MAY_PROMISE(c, v) (list[v] == 0 && !HAS(joining, c) && promised[c] < (v))
#define MAY_ACCEPT(c, v) (list[v] > 0 && IS_LISTED(c, v) && promised[c] <= (v) && (accepted[c] < (v)))

#ifdef BREAK_COUNTS_BY_OWN_LIST
#define COUNTED_LIST(v, c) LIST(saidAccepted[AT(v, c)])
#define KNOWS_LIST(v, c) true
#else
#define COUNTED_LIST(v, c) LIST(a)
#define KNOWS_LIST(v, c) (list[saidAccepted[AT(v, c)]] == list[a])
#endif

/* A coordinator takes over a newer list from a promise that tells it, where it has a vote in it. */
#ifdef BREAK_OUTDATED_NEVER_LEADS
#define MAY_LEAD(c, v) (votes[AT(LIST(v), c)] > 0 && list[accepted[c]] == list[v])
#define TAKES_OVER(v, c) KNOWS_LIST(v, c)
#else
#define MAY_LEAD(c, v) (votes[AT(LIST(v), c)] > 0)
#define TAKES_OVER(v, c) true
#endif

#ifdef BREAK_HEARS_ITS_OWN_LIST_ONLY
#define HEARS(c, from) HAS(listed[LIST(accepted[c])], from)
#else
#define HEARS(c, from) true
#endif

/* ---- What has to hold ---- */

/* The highest view that one of a set of cards accepted; and who of them is in its list. */
inline findKnown(cards) {
  acting = cards & ~joining;
  a = 0;
  for (j : 0 .. CARDS - 1) { if :: HAS(acting, j) && accepted[j] > a -> a = accepted[j] :: else fi }
  acting = acting & listed[LIST(a)];
  j = 0
}

/* Who of two sets of cards would promise, to card c if it must hear it; and the highest view that one of them accepted. */
inline findAnswering(cards, c, asked) {
  acting = 0;
  a = 0;
  for (j : 0 .. CARDS - 1) {
    if
    :: HAS(cards & (asked), j) && !HAS(joining, j) && HEARS(j, c) ->
       acting = acting | BIT(j);
       if :: accepted[j] > a -> a = accepted[j] :: else fi
    :: else
    fi
  }
  j = 0
}

/* Who accepted view v and has promised nothing else. */
inline findActing(v) {
  acting = 0;
  for (j : 0 .. CARDS - 1) {
    if :: !HAS(joining, j) && accepted[j] == v && promised[j] == v -> acting = acting | BIT(j) :: else fi
  }
  j = 0
}

/* View v may be active, as of now. */
inline checkActive(v) {
  if
  :: IS_QUORUM(LIST(v), acceptedBy[v]) ->
     printf("view %d is active\n", v);
     acceptedBy[v] = ALL_ACTIVE;
     for (i : v + 1 .. VIEWS - 1) {
       if :: list[i] > 0 -> assert(source[i] >= v) /* known */ :: else fi
     }
     REACHED(SETTLED_LIST_ACTIVE, LIST(v) == LISTS - 1)
  :: else
  fi;
  findActing(v);
  if
  :: IS_QUORUM(LIST(v), acting) ->
     for (i : 0 .. VIEWS - 1) {
       if
       :: i != v && list[i] > 0 -> findActing(i); assert(!IS_QUORUM(LIST(i), acting)) /* alone */
       :: else
       fi
     }
  :: else
  fi;
  acting = 0;
  i = 0
}

/*
 * Whichever cards are left that can reach each other: if they are a quorum of the newest list that one of them knows,
 * some card of them can lead a change, even with nothing under way and nobody else ever coming back. It asks the cards
 * of its own list, and all that hear it answer.
 */
inline checkProgress() {
  for (set : 1 .. BIT(CARDS) - 1) {
    findKnown(set);
    if
    :: IS_QUORUM(LIST(a), acting) ->
       sum = 0;
       for (i : 0 .. CARDS - 1) {
         if
         :: HAS(set, i) && !HAS(joining, i) ->
            findAnswering(set, i, listed[LIST(accepted[i])]);
            /* Of those it may learn a list with others, and ask them too. */
            all = listed[LIST(accepted[i])] | listed[LIST(a)];
            findAnswering(set, i, all);
            if
            :: MAY_LEAD(i, a) && IS_QUORUM(LIST(a), acting) -> sum = 1
            :: else
            fi
         :: else
         fi
       }
       assert(sum /* somebody leads */)
    :: else
    fi
  }
  set = 0; sum = 0; all = 0; a = 0; i = 0; acting = 0
}

/* ---- Changing the view ---- */

inline promise(c, v) {
  printf("card %d promises view %d: accepted %d\n", c, v, accepted[c]);
  promises[v] = promises[v] | BIT(c);
  saidAccepted[AT(v, c)] = accepted[c];
  promised[c] = v
}

inline findHighest(v) {
  a = 0;
  for (i : 0 .. CARDS - 1) {
    if :: HAS(promises[v], i) && saidAccepted[AT(v, i)] > a -> a = saidAccepted[AT(v, i)] :: else fi
  }
  i = 0
}

/* Whether card c, having promised view v itself, has all that it needs to choose it. */
#define LEADS(c, v) (list[v] == 0 && HAS(promises[v], c) && promised[c] == (v) && !HAS(joining, c))
#define MAY_CHOOSE(c, v) \
  (votes[AT(COUNTED_LIST(v, c), c)] > 0 && IS_QUORUM(COUNTED_LIST(v, c), promises[v]))

#ifdef BREAK_SETTLED_BEFORE_COMMIT
#define MAY_CHANGE_LIST(v, c) true
#else
#define MAY_CHANGE_LIST(v, c) (!joint[LIST(saidAccepted[AT(v, c)])] || IS_ACTIVE(saidAccepted[AT(v, c)]))
#endif

inline choose(c, v, l) {
  printf("view %d is chosen by card %d: list %d, above view %d\n", v, c, l, a);
  incarnations[v] = incarnations[a];
  for (i : 0 .. CARDS - 1) {
    if
    :: HAS(listed[l], i) && !HAS(listed[COUNTED_LIST(v, c)], i) ->
       incarnations[v] = (incarnations[v] & ~BIT(i)) | (incarnation & BIT(i))
    :: else
    fi
  }
  list[v] = l + 1;
  source[v] = a;
  for (i : a + 1 .. v - 1) {
    assert(!IS_ACTIVE(i)) /* known */
  }
  REACHED(JOINT_LIST_GIVEN_UP, v == VIEWS - 1 && list[v - 1] > 0 && joint[LIST(v - 1)] && l == 0 && acceptedBy[v - 1] > 0);
  REACHED(SETTLED_AFTER_FAILOVER, l == LISTS - 1 && list[v - 1] == LISTS - 1 && list[v - 2] == LISTS - 1);
  promises[v] = 0;
  for (i : 0 .. CARDS - 1) { saidAccepted[AT(v, i)] = 0 }
  i = 0;
  a = 0
}

/* By ACCEPT, or by what the primary tells. */
inline accept(c, v) {
  printf("card %d accepts view %d\n", c, v);
  promised[c] = v;
  accepted[c] = v;
  joining = joining & ~BIT(c);
  if :: !IS_ACTIVE(v) -> acceptedBy[v] = acceptedBy[v] | BIT(c) :: else fi;
  checkActive(v);
  checkProgress()
}

/* ---- Faults ---- */

inline loseFlash(c) {
  printf("card %d loses its flash and is initialised again\n", c);
  losses++;
  promised[c] = 0;
  accepted[c] = 0;
#ifdef BREAK_STRANGER_VOTES
  if :: HAS(listed[0], c) -> skip :: else -> joining = joining | BIT(c) fi
#else
  incarnation = incarnation | BIT(c);
  joining = joining | BIT(c)
#endif
}

/* ---- The steps ---- */

/* The coordinator keeps its list. */
#define STEP_KEEP(v) \
  :: d_step { LEADS(me, v) -> findHighest(v); \
       if \
       :: TAKES_OVER(v, me) && MAY_CHOOSE(me, v) -> choose(me, v, COUNTED_LIST(v, me)) \
       :: else -> REACHED(OUTDATED_COORDINATOR, list[saidAccepted[AT(v, me)]] != list[a]); a = 0 \
       fi }

/* It has been told, or has found the list joint: the next list. */
#define STEP_CHANGE(v, from, to) \
  :: d_step { LEADS(me, v) && LIST(saidAccepted[AT(v, me)]) == from && MAY_CHANGE_LIST(v, me) -> findHighest(v); \
       if :: KNOWS_LIST(v, me) && MAY_CHOOSE(me, v) -> choose(me, v, to) :: else -> a = 0 fi }

#ifdef BREAK_NO_JOINT_LIST
#define STEPS_OF_LISTS(v) STEP_CHANGE(v, 0, LISTS - 1)
#elif SCENARIO == REMOVE
#define STEPS_OF_LISTS(v) STEP_CHANGE(v, 0, 1) STEP_CHANGE(v, 1, 2)
#elif SCENARIO == ADD_THEN_REMOVE
#define STEPS_OF_LISTS(v) STEP_CHANGE(v, 0, 1) STEP_CHANGE(v, 1, 2) STEP_CHANGE(v, 2, 3) STEP_CHANGE(v, 3, 4)
#elif SCENARIO == RIVALS
#define STEPS_OF_LISTS(v) STEP_CHANGE(v, 0, 1) STEP_CHANGE(v, 1, 2) STEP_CHANGE(v, 0, 3) STEP_CHANGE(v, 3, 4)
#else
#define STEPS_OF_LISTS(v) STEP_CHANGE(v, 0, 1) STEP_CHANGE(v, 1, 2) STEP_CHANGE(v, 2, 3) STEP_CHANGE(v, 1, 0)
#endif

#define STEPS_OF_VIEW(v) \
  :: d_step { MAY_PROMISE(me, v) -> promise(me, v) } \
  :: d_step { MAY_ACCEPT(me, v) -> accept(me, v) } \
  STEP_KEEP(v) STEPS_OF_LISTS(v)

proctype Card(byte me) {
end:
  do
  STEPS_OF_VIEW(1)
#if VIEWS > 2
  STEPS_OF_VIEW(2)
#endif
#if VIEWS > 3
  STEPS_OF_VIEW(3)
#endif
#if VIEWS > 4
  STEPS_OF_VIEW(4)
#endif
#if VIEWS > 5
  STEPS_OF_VIEW(5)
#endif
#if VIEWS > 6
  STEPS_OF_VIEW(6)
#endif
  :: d_step { losses < LOSSES && !HAS(incarnation, me) -> loseFlash(me) }
  od
}

#define VOTES3(l, v0, v1, v2) votes[AT(l, 0)] = v0; votes[AT(l, 1)] = v1; votes[AT(l, 2)] = v2
#define VOTES4(l, v0, v1, v2, v3) VOTES3(l, v0, v1, v2); votes[AT(l, 3)] = v3
#define VOTES5(l, v0, v1, v2, v3, v4) VOTES4(l, v0, v1, v2, v3); votes[AT(l, 4)] = v4

/* The votes before are those of list `older`: the one before, or the same. */
inline setList(l, older, cards) {
  listed[l] = cards;
  joint[l] = (l != older);
  for (i : 0 .. CARDS - 1) { before[AT(l, i)] = votes[AT(older, i)] }
}

inline setQuorums(l) {
  quorums[l] = 0;
  for (set : 0 .. BIT(CARDS) - 1) {
    a = 1;
#ifdef BREAK_REMOVED_STILL_COUNTED
#define COUNTS(c) (votes[AT(l, c)] + (votes[AT(l, c)] == 0 && !HAS(listed[l], c)))
#else
#define COUNTS(c) votes[AT(l, c)]
#endif
    sum = 0;
    all = 0;
    for (i : 0 .. CARDS - 1) { sum = sum + COUNTS(i) * HAS(set, i); all = all + votes[AT(l, i)] }
    if :: 2 * sum <= all -> a = 0 :: else fi;
#ifndef BREAK_JOINT_NEEDS_ONLY_NEW
    sum = 0;
    all = 0;
    for (i : 0 .. CARDS - 1) { sum = sum + before[AT(l, i)] * HAS(set, i); all = all + before[AT(l, i)] }
    if :: joint[l] && 2 * sum <= all -> a = 0 :: else fi;
#endif
    if :: a -> quorums[l] = quorums[l] | BIT(set) :: else fi
  }
  set = 0; sum = 0; all = 0; a = 0; i = 0
}

init {
  d_step {
#if SCENARIO == REPLACE
    VOTES4(0, 1, 1, 1, 0); setList(0, 0, 7);
    VOTES4(1, 1, 1, 1, 0); setList(1, 1, 15);
    VOTES4(2, 0, 1, 1, 1); setList(2, 1, 15);
    VOTES4(3, 0, 1, 1, 1); setList(3, 3, 14);
#elif SCENARIO == ADD_TO_TWO
    VOTES3(0, 2, 1, 0); setList(0, 0, 3);
    VOTES3(1, 2, 1, 0); setList(1, 1, 7);
    VOTES3(2, 1, 1, 1); setList(2, 1, 7);
    VOTES3(3, 1, 1, 1); setList(3, 3, 7);
#elif SCENARIO == REMOVE
    VOTES3(0, 1, 1, 1); setList(0, 0, 7);
    VOTES3(1, 0, 2, 1); setList(1, 0, 7);
    VOTES3(2, 0, 2, 1); setList(2, 2, 6);
#elif SCENARIO == ADD_TO_FOUR
    VOTES5(0, 2, 1, 1, 1, 0); setList(0, 0, 15);
    VOTES5(1, 2, 1, 1, 1, 0); setList(1, 1, 31);
    VOTES5(2, 1, 1, 1, 1, 1); setList(2, 1, 31);
    VOTES5(3, 1, 1, 1, 1, 1); setList(3, 3, 31);
#elif SCENARIO == ADD_THEN_REMOVE
    VOTES3(0, 2, 1, 0); setList(0, 0, 3);
    VOTES3(1, 1, 1, 1); setList(1, 0, 7);
    VOTES3(2, 1, 1, 1); setList(2, 2, 7);
    VOTES3(3, 0, 2, 1); setList(3, 2, 7);
    VOTES3(4, 0, 2, 1); setList(4, 4, 6);
#elif SCENARIO == RIVALS
    VOTES4(0, 1, 1, 1, 0); setList(0, 0, 7);
    VOTES4(1, 0, 1, 1, 1); setList(1, 0, 15);
    VOTES4(2, 0, 1, 1, 1); setList(2, 2, 14);
    VOTES4(3, 2, 0, 1, 0); setList(3, 0, 7);
    VOTES4(4, 2, 0, 1, 0); setList(4, 4, 5);
#endif
    for (j : 0 .. LISTS - 1) { setQuorums(j) }
    j = 0;
    joining = (BIT(CARDS) - 1) & ~MEMBERS_AT_FIRST;
    list[0] = 1;
    acceptedBy[0] = ALL_ACTIVE
  }
  atomic {
    run Card(0);
    run Card(1);
    run Card(2);
#if CARDS > 3
    run Card(3);
#endif
#if CARDS > 4
    run Card(4);
#endif
  }
}
