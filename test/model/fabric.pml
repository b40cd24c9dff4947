/* draft 2 */
#ifndef CARDS
#define CARDS 3
#endif
#ifndef VIEWS
#define VIEWS 2
#endif
#ifndef NUMBERS
#define NUMBERS 3
#endif
#ifndef REBOOTS
#define REBOOTS 1
#endif
#ifndef WINDOW
#define WINDOW 2
#endif

#ifdef BREAK_HALF_IS_QUORUM
#define VOTES(c) 1
#define QUORUM (CARDS / 2)
#elif CARDS % 2 == 0
#define VOTES(c) (((c) == 0) + 1)
#define QUORUM (CARDS / 2 + 1)
#else
#define VOTES(c) 1
#define QUORUM (CARDS / 2 + 1)
#endif

#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)
#define AT(v, c) ((v) * CARDS + (c))

byte promised[CARDS];
byte accepted[CARDS];
byte ceiling[CARDS];

bool cold[CARDS];
byte tail[CARDS];
#ifdef BREAK_NO_WAIT_AFTER_BOOT
bool forgot[CARDS];
#endif

bool chosen[VIEWS];
byte primary[VIEWS];
byte secondary[VIEWS];
byte base[VIEWS];
byte leastCeiling[VIEWS];

byte promises[VIEWS];
byte saidAccepted[VIEWS * CARDS];
byte saidTail[VIEWS * CARDS];
byte saidCeiling[VIEWS * CARDS];

byte grants[VIEWS];
byte stores[VIEWS];
byte late[VIEWS];
byte delivered;
byte reboots;

hidden byte i, a;

/* F(i) summed up over all cards. */
#if CARDS == 2
#define SUM(F) (F(0) + F(1))
#elif CARDS == 3
#define SUM(F) (F(0) + F(1) + F(2))
#else
#define SUM(F) (F(0) + F(1) + F(2) + F(3))
#endif
#define GRANTED(i) HAS(grants[accepted[me]], i) * VOTES(i)
#define CEILING_ABOVE(i) (ceiling[i] > tail[me]) * VOTES(i)

#define ACTS(c, v) (accepted[c] == (v) && promised[c] == (v))
#define IS_PRIMARY(c) (primary[accepted[c]] == c && promised[c] == accepted[c] && !cold[c])
#define HAS_ROLE(c) (primary[accepted[c]] == c || secondary[accepted[c]] == c)
#define STORES_ARE_MOOT(s, v) (promised[s] > (v) || (accepted[s] == (v) && cold[s]))


/* Card c acts no more in its accepted view. */
inline stopActing(c) {
  if :: primary[accepted[c]] == c -> grants[accepted[c]] = 0 :: else fi;
  if :: secondary[accepted[c]] == c -> stores[accepted[c]] = 0; late[accepted[c]] = 0 :: else fi
}

inline promise(c, v) {
  promises[v] = promises[v] | BIT(c);
  saidAccepted[AT(v, c)] = accepted[c];
  saidCeiling[AT(v, c)] = ceiling[c];
  saidTail[AT(v, c)] = (HAS_ROLE(c) && !cold[c] -> tail[c] + 1 : 0);
  grants[accepted[c]] = grants[accepted[c]] & ~BIT(c);
  stopActing(c);
  promised[c] = v
}

inline accept(c, v) {
  stopActing(c);
  promised[c] = v;
  accepted[c] = v;
  if :: ceiling[c] < leastCeiling[v] -> ceiling[c] = leastCeiling[v] :: else fi;
  cold[c] = false;
  tail[c] = (HAS_ROLE(c) -> base[v] : 0);
  if
  :: IS_PRIMARY(primary[v]) && accepted[primary[v]] == v ->
     for (i : 0 .. CARDS - 1) {
       if :: ACTS(i, v) && (i == c || primary[v] == c) -> grants[v] = grants[v] | BIT(i) :: else fi
     }
  :: else
  fi
}

inline reboot(c) {
  stopActing(c);
  cold[c] = true;
  tail[c] = 0
}

inline assign(c, v) {
  stores[v] = stores[v] | BIT(tail[c]);
  if :: delivered >> tail[c] -> late[v] = late[v] | BIT(tail[c]) :: else fi;
  tail[c]++
}

inline store(c, n) {
  assert(!HAS(delivered, n));
  assert(!HAS(late[accepted[c]], n));
  delivered = delivered | BIT(n);
  stores[accepted[c]] = stores[accepted[c]] & ~BIT(n);
  if :: tail[c] <= n -> tail[c] = n + 1 :: else fi
}

#define TELLS(v, c) (HAS(promises[v], c) && (saidAccepted[AT(v, c)] < a || saidTail[AT(v, c)] > 0))

inline baseFrom(v, c) {
  base[v] = base[a];
  if
  :: saidAccepted[AT(v, c)] == a && saidTail[AT(v, c)] > base[v] + 1 -> base[v] = saidTail[AT(v, c)] - 1
  :: else
  fi
}

inline choose(v, p, q) {
  chosen[v] = true;
  primary[v] = p;
  secondary[v] = q;
  a = 0;
  for (i : 0 .. CARDS - 1) {
    if :: HAS(promises[v], i) && saidAccepted[AT(v, i)] > a -> a = saidAccepted[AT(v, i)] :: else fi;
    if :: HAS(promises[v], i) && saidCeiling[AT(v, i)] > leastCeiling[v] -> leastCeiling[v] = saidCeiling[AT(v, i)] :: else fi
  }
  if
  :: TELLS(v, secondary[a]) -> baseFrom(v, secondary[a])
  :: else -> if :: TELLS(v, primary[a]) -> baseFrom(v, primary[a]) :: else -> base[v] = leastCeiling[v] fi
  fi;
  if :: leastCeiling[v] < base[v] -> leastCeiling[v] = base[v] :: else fi;
  promises[v] = 0;
  for (i : 0 .. CARDS - 1) {
    saidAccepted[AT(v, i)] = 0;
    saidTail[AT(v, i)] = 0;
    saidCeiling[AT(v, i)] = 0
  }
}


#define V 1
#define PROMISED_V1(i) HAS(promises[1], i) * VOTES(i)
#define LEADS_V1(i) (HAS(promises[1], i) && promised[i] == 1)
#define PROMISED_V2(i) HAS(promises[2], i) * VOTES(i)
#define LEADS_V2(i) (HAS(promises[2], i) && promised[i] == 2)
#define PROMISED_V3(i) HAS(promises[3], i) * VOTES(i)
#define LEADS_V3(i) (HAS(promises[3], i) && promised[i] == 3)

#define IS_SECONDARY(c) (secondary[accepted[c]] == c && promised[c] == accepted[c] && !cold[c])

#define STEP_STORE(n) :: d_step { IS_SECONDARY(me) && HAS(stores[accepted[me]], n) -> store(me, n) }
#define STEP_PROMISE(v) :: d_step { !chosen[v] && promised[me] < v -> promise(me, v) }
#define STEP_ACCEPT(v) :: d_step { chosen[v] && promised[me] <= v && accepted[me] != v -> accept(me, v); i = 0 }
#define STEP_CHOOSE(v, q, LEADS, PROMISED) \
  :: d_step { !chosen[v] && HAS(promises[v], me) && HAS(promises[v], q) && (q != me || promises[v] == BIT(q)) && \
              SUM(LEADS) > 0 && SUM(PROMISED) >= QUORUM -> choose(v, me, q); i = 0 }

proctype Card(byte me) {
end:
  do
  :: d_step { IS_PRIMARY(me) && ceiling[me] < NUMBERS && ceiling[me] < tail[me] + WINDOW -> ceiling[me]++ }
  :: d_step { promised[me] == accepted[me] && ceiling[me] < ceiling[primary[accepted[me]]] -> ceiling[me]++ }
  :: d_step { IS_PRIMARY(me) && tail[me] < NUMBERS && !STORES_ARE_MOOT(secondary[accepted[me]], accepted[me]) &&
              SUM(GRANTED) >= QUORUM && SUM(CEILING_ABOVE) >= QUORUM ->
              assign(me, accepted[me]) }
  STEP_STORE(0)
  STEP_STORE(1)
#if NUMBERS > 2
  STEP_STORE(2)
#endif
#if NUMBERS > 3
  STEP_STORE(3)
#endif
  STEP_PROMISE(1)
  STEP_ACCEPT(1)
#if VIEWS > 2
  STEP_PROMISE(2)
  STEP_ACCEPT(2)
#endif
#if VIEWS > 3
  STEP_PROMISE(3)
  STEP_ACCEPT(3)
#endif
#define C(v, L, P) STEP_CHOOSE(v, 0, L, P) STEP_CHOOSE(v, 1, L, P)
  C(1, LEADS_V1, PROMISED_V1)
#if VIEWS > 2
  C(2, LEADS_V2, PROMISED_V2)
#endif
#if VIEWS > 3
  C(3, LEADS_V3, PROMISED_V3)
#endif
#if CARDS > 2
  STEP_CHOOSE(1, 2, LEADS_V1, PROMISED_V1)
#if VIEWS > 2
  STEP_CHOOSE(2, 2, LEADS_V2, PROMISED_V2)
#endif
#if VIEWS > 3
  STEP_CHOOSE(3, 2, LEADS_V3, PROMISED_V3)
#endif
#endif
#if CARDS > 3
  STEP_CHOOSE(1, 3, LEADS_V1, PROMISED_V1)
#if VIEWS > 2
  STEP_CHOOSE(2, 3, LEADS_V2, PROMISED_V2)
#endif
#endif
  :: d_step { reboots < REBOOTS && HAS_ROLE(me) && !cold[me] -> reboots++; reboot(me) }
  :: d_step { promised[me] > accepted[me] && !chosen[promised[me]] && cold[me] && saidTail[AT(promised[me], me)] > 0 ->
       saidTail[AT(promised[me], me)] = 0 }
  od
}

init {
  atomic {
    chosen[0] = true;
    secondary[0] = 1;
    grants[0] = (1 << CARDS) - 1;
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
