import type { CaseModule } from "../support/unit-case.js";
import { initialiseCases } from "./card/initialise.cases.js";
import { linkStateCases } from "./card/link-state.cases.js";
import { memberCases } from "./card/member.cases.js";
import { memberListCases } from "./card/member-list.cases.js";
import { persistentStateCases } from "./card/persistent-state.cases.js";
import { postCases } from "./card/post.cases.js";
import { quorumCases } from "./card/quorum.cases.js";
import { viewCases } from "./card/view.cases.js";
import { waitingRequestsCases } from "./card/waiting-requests.cases.js";
import { byteFramePortCases } from "./ports/byte-frame-port.cases.js";
import { memoryRecordStoreCases } from "./storage/memory-record-store.cases.js";
import { constantsCases } from "./wire/constants.cases.js";
import { crc32Cases } from "./wire/crc32.cases.js";
import { fieldsCases } from "./wire/fields.cases.js";
import { frameBufferCases } from "./wire/frame-buffer.cases.js";
import { frameDecoderCases } from "./wire/frame-decoder.cases.js";
import { frameEncoderCases } from "./wire/frame-encoder.cases.js";
import { headerCases } from "./wire/header.cases.js";
import { helloFrameCases } from "./wire/hello-frame.cases.js";
import { hostFramesCases } from "./wire/host-frames.cases.js";
import { hostSetupFramesCases } from "./wire/host-setup-frames.cases.js";
import { hostStatusFramesCases } from "./wire/host-status-frames.cases.js";
import { leaseFramesCases } from "./wire/lease-frames.cases.js";
import { numberFramesCases } from "./wire/number-frames.cases.js";
import { uint64Cases } from "./wire/uint64.cases.js";

/** Every `*.cases.ts` file. `node.test.ts` fails where one is missing. */
export const CASE_MODULES: readonly CaseModule[] = [
  { name: "card/initialise", cases: initialiseCases },
  { name: "card/link-state", cases: linkStateCases },
  { name: "card/member", cases: memberCases },
  { name: "card/member-list", cases: memberListCases },
  { name: "card/persistent-state", cases: persistentStateCases },
  { name: "card/post", cases: postCases },
  { name: "card/quorum", cases: quorumCases },
  { name: "card/view", cases: viewCases },
  { name: "card/waiting-requests", cases: waitingRequestsCases },
  { name: "ports/byte-frame-port", cases: byteFramePortCases },
  { name: "storage/memory-record-store", cases: memoryRecordStoreCases },
  { name: "wire/constants", cases: constantsCases },
  { name: "wire/crc32", cases: crc32Cases },
  { name: "wire/fields", cases: fieldsCases },
  { name: "wire/frame-buffer", cases: frameBufferCases },
  { name: "wire/frame-decoder", cases: frameDecoderCases },
  { name: "wire/frame-encoder", cases: frameEncoderCases },
  { name: "wire/header", cases: headerCases },
  { name: "wire/hello-frame", cases: helloFrameCases },
  { name: "wire/host-frames", cases: hostFramesCases },
  { name: "wire/host-setup-frames", cases: hostSetupFramesCases },
  { name: "wire/host-status-frames", cases: hostStatusFramesCases },
  { name: "wire/lease-frames", cases: leaseFramesCases },
  { name: "wire/number-frames", cases: numberFramesCases },
  { name: "wire/uint64", cases: uint64Cases },
];
