interface Event {
  readonly atUs: number;
  readonly run: () => void;
}

/** The one alarm of a card. */
export class Alarm {
  atUs = Number.POSITIVE_INFINITY;
  /** Set once, when the firmware has started. */
  onAlarm: () => void = () => {};
}

/** Time that passes only from one event to the next, so a test takes as long as it computes and always goes the same way. */
export class VirtualClock {
  nowUs = 0;
  /** In rising order of their time; of two at the same time the older comes first. */
  private readonly events: Event[] = [];
  private readonly alarms: Alarm[] = [];

  makeAlarm(): Alarm {
    const alarm = new Alarm();
    this.alarms.push(alarm);
    return alarm;
  }

  /** Calls `run` in `delayUs` (0 or more). */
  after(delayUs: number, run: () => void): void {
    const atUs = this.nowUs + delayUs;
    let place = this.events.length;
    while (place > 0 && (this.events[place - 1] as Event).atUs > atUs) place -= 1;
    this.events.splice(place, 0, { atUs, run });
  }

  /** Lets time pass until `isDone` says so, or until `endUs`. @returns whether it was done in time. */
  runUntil(isDone: () => boolean, endUs: number): boolean {
    while (!isDone()) {
      const alarm = this.nextAlarm();
      const event = this.events[0];
      const eventUs = event?.atUs ?? Number.POSITIVE_INFINITY;
      const dueUs = Math.min(eventUs, alarm?.atUs ?? Number.POSITIVE_INFINITY);
      if (dueUs > endUs) return false;
      this.nowUs = Math.max(this.nowUs, dueUs);
      if (eventUs === dueUs) {
        this.events.shift();
        event?.run();
      } else if (alarm !== undefined) {
        alarm.atUs = Number.POSITIVE_INFINITY;
        alarm.onAlarm();
      }
    }
    return true;
  }

  private nextAlarm(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.alarms) {
      if (next === undefined || alarm.atUs < next.atUs) next = alarm;
    }
    return next;
  }
}
