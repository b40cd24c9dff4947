/** An independent checker of the promises. It knows requests and deliveries, and nothing of cards, frames or hosts. */
export { type CheckOptions, type CheckResult, check, type Gaps, type Violation } from "./check.js";
export { Deliveries, type Delivery } from "./deliveries.js";
export {
  DeliveryFileError,
  DeliveryFileWriter,
  readDeliveryFile,
  readDeliveryFiles,
} from "./delivery-file.js";
export { describeResult, describeViolation } from "./describe.js";
