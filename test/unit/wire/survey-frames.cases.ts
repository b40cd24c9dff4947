import { writeFabricHeader, writeHostHeader } from "../../../firmware/wire/header.js";
import * as surveys from "../../../firmware/wire/survey-frames.js";
import { checkLayout, filled, frameFrom, snapshot, uint64 } from "../../support/layout.js";
import type { UnitCase } from "../../support/unit-case.js";

const REPORT_BODY =
  "04030201 03 02 0102030405060708 00010000 04 05 0201000000 ffffffffff 02 03" +
  "0000010000000000 0100000000002000 ffffffff 61000000";
const TWO_LINKS = "02  03 02 04030201 ffffffff 05000000  00 00 01000000 02000000 03000000";

function report(linkCount: number): surveys.ReportFields {
  const fields = filled(new surveys.ReportFields(), {
    surveyId: 0x0102_0304,
    expected: 3,
    cardId: 2,
    chipId: uint64(0x0807_0605_0403_0201n),
    firmware: 0x0100,
    flags: 4,
    state: 5,
    view: 0x102,
    promised: 2 ** 40 - 1,
    primary: 2,
    secondary: 3,
    ceiling: uint64(65_536n),
    held: uint64(2n ** 53n + 1n),
    uptimeMs: 0xffff_ffff,
    freeWrites: 97,
    linkCount,
  });
  if (linkCount === 0) return fields;
  fields.neighbours.set([3, 0]);
  fields.linkStates.set([2, 0]);
  fields.framesIn.set([0x0102_0304, 1]);
  fields.framesOut.set([0xffff_ffff, 2]);
  fields.badFrames.set([5, 3]);
  return fields;
}

export const surveyFramesCases: readonly UnitCase[] = [
  {
    title: "QUERY and HOST_SURVEY have one body",
    run(t) {
      for (const [hex, encode, decode] of [
        [
          "01 0f 02 01 10 ffffffff  04030201",
          (frame: Parameters<typeof surveys.encodeQuery>[0]): void => {
            writeFabricHeader(frame, 0x0f, 2, 1, 16, 0xffff_ffff);
            surveys.encodeQuery(frame, 0x0102_0304);
          },
          surveys.decodeQuery,
        ],
        [
          "01 46 bebafeca  04030201",
          (frame: Parameters<typeof surveys.encodeQuery>[0]): void => {
            writeHostHeader(frame, 0x46, 0xcafe_babe);
            surveys.encodeHostSurvey(frame, 0x0102_0304);
          },
          surveys.decodeHostSurvey,
        ],
      ] as const) {
        checkLayout(t, {
          hex,
          fields: { surveyId: 0x0102_0304 },
          make: () => ({ surveyId: 0 }),
          encode,
          decode(frame, into) {
            const surveyId = decode(frame);
            if (surveyId >= 0) into.surveyId = surveyId;
            return surveyId >= 0;
          },
        });
      }
    },
  },
  {
    title: "REPORT and HOST_REPORT have one body, with two links and with none",
    run(t) {
      for (const [linkCount, links] of [
        [2, TWO_LINKS],
        [0, "00"],
      ] as const) {
        checkLayout(t, {
          hex: `01 10 02 01 10 ffffffff  ${REPORT_BODY} ${links}`,
          fields: report(linkCount),
          make: () => new surveys.ReportFields(),
          encode(frame) {
            writeFabricHeader(frame, 0x10, 2, 1, 16, 0xffff_ffff);
            surveys.encodeReport(frame, report(linkCount));
          },
          decode: surveys.decodeReport,
        });
        checkLayout(t, {
          hex: `01 6a bebafeca  ${REPORT_BODY} ${links}`,
          fields: report(linkCount),
          make: () => new surveys.ReportFields(),
          encode(frame) {
            writeHostHeader(frame, 0x6a, 0xcafe_babe);
            surveys.encodeHostReport(frame, report(linkCount));
          },
          decode: surveys.decodeHostReport,
        });
      }
    },
  },
  {
    title: "a report with more links than a card can have is refused",
    run(t) {
      const link = "03 02 04030201 ffffffff 05000000";
      const nine = frameFrom(`01 6a bebafeca  ${REPORT_BODY} 09 ${link.repeat(9)}`);
      t.false(surveys.decodeHostReport(nine, new surveys.ReportFields()));
      const eight = frameFrom(`01 6a bebafeca  ${REPORT_BODY} 08 ${link.repeat(8)}`);
      t.true(surveys.decodeHostReport(eight, new surveys.ReportFields()));
      t.true(eight.length <= 250 - 3, "between cards the header is three bytes longer");
    },
  },
  {
    title: "the report of a silent card tells its id and nothing else",
    run(t) {
      const fields = report(2);
      fields.setSilent(9);
      const silent = filled(report(2), {
        cardId: 9,
        chipId: uint64(0n),
        firmware: 0,
        flags: surveys.REPORT_FLAG_SILENT,
        state: 0,
        view: 0,
        promised: 0,
        primary: 0,
        secondary: 0,
        ceiling: uint64(0n),
        held: uint64(0n),
        uptimeMs: 0,
        freeWrites: surveys.FREE_WRITES_UNKNOWN,
        linkCount: 0,
      });
      t.is(snapshot(fields), snapshot(silent));
    },
  },
];
