import { z } from 'zod';
import { defaultReportDurations, type ReportDurations } from '../domain/report-contracts.ts';

/** A greater one would be longer than a timer of the engine is meant for. */
const most = 30 * 86_400;

const wholeSecs = (defaultMs: number) =>
  z.coerce
    .number('must be a number of seconds')
    .int('must be whole seconds')
    .min(1, 'must be 1 or more')
    .max(most, `must be ${most} or less`)
    .default(defaultMs / 1_000);

/** Settings of reports, as they stand in the environment. */
export const reportSettings = {
  TRIBUTARY_REPORT_MISSING_SECS: wholeSecs(defaultReportDurations.missingMs),
  TRIBUTARY_REPORT_POLL_SECS: wholeSecs(defaultReportDurations.pollMs),
  TRIBUTARY_REPORT_READY_SECS: wholeSecs(defaultReportDurations.readyMs),
};

type Parsed = z.infer<z.ZodObject<typeof reportSettings>>;

/** The settings of reports, parsed; what cannot be set is as by default. */
export const reportDurationsOf = (s: Parsed): ReportDurations => ({
  ...defaultReportDurations,
  missingMs: s.TRIBUTARY_REPORT_MISSING_SECS * 1_000,
  pollMs: s.TRIBUTARY_REPORT_POLL_SECS * 1_000,
  readyMs: s.TRIBUTARY_REPORT_READY_SECS * 1_000,
});
