import type { FrameBuffer } from "../wire/frame-buffer.js";
import {
  FRAME_ACCEPT,
  FRAME_DECLINE,
  FRAME_JOIN,
  FRAME_PLAN,
  FRAME_PLAN_RESULT,
  FRAME_PREPARE,
  FRAME_PROMISE,
  FRAME_QUERY,
  FRAME_REPORT,
} from "../wire/frame-types.js";
import type { CardContext } from "./card-context.js";
import type { Coordinator } from "./coordinator.js";
import type { Founding } from "./founding.js";
import type { PlanDesk } from "./plan-desk.js";
import type { Planner } from "./planner.js";
import type { Promiser } from "./promiser.js";
import type { Survey } from "./survey.js";

/** Hands on frames of a view change, of a planned change, of a survey or of a founding, to the part that each is for. */
export class RareFrames {
  private readonly context: CardContext;
  private readonly planner: Planner;
  private readonly plans: PlanDesk;
  private readonly survey: Survey;
  private readonly promiser: Promiser;
  private readonly coordinator: Coordinator;
  private readonly founding: Founding;
  private readonly onViewTouched: () => void;

  /** @param onViewTouched is called behind a frame by which the view, or whether numbers can be had, may have changed. */
  constructor(
    context: CardContext,
    planner: Planner,
    plans: PlanDesk,
    survey: Survey,
    promiser: Promiser,
    coordinator: Coordinator,
    founding: Founding,
    onViewTouched: () => void,
  ) {
    this.context = context;
    this.planner = planner;
    this.plans = plans;
    this.survey = survey;
    this.promiser = promiser;
    this.coordinator = coordinator;
    this.founding = founding;
    this.onViewTouched = onViewTouched;
  }

  /** Takes a frame of this type for this card, of the card `source`. One of a type that nobody knows is counted. */
  take(type: number, source: number, frame: FrameBuffer): void {
    switch (type) {
      case FRAME_PLAN:
        this.planner.receivePlan(source, frame);
        break;
      case FRAME_PLAN_RESULT:
        this.plans.receiveResult(frame);
        break;
      case FRAME_QUERY:
        this.survey.receiveQuery(source, frame);
        break;
      case FRAME_REPORT:
        this.survey.receiveReport(source, frame);
        break;
      case FRAME_PREPARE:
        this.promiser.receivePrepare(source, frame);
        this.onViewTouched();
        break;
      case FRAME_PROMISE:
        this.coordinator.receivePromise(source, frame);
        break;
      case FRAME_DECLINE:
        this.coordinator.receiveDecline(frame);
        break;
      case FRAME_JOIN:
        this.founding.receiveJoin(source, frame);
        break;
      case FRAME_ACCEPT:
        this.promiser.receiveAccept(source, frame);
        this.onViewTouched();
        break;
      default:
        this.context.counters.dropType += 1;
    }
  }
}
