import { z } from 'zod';

/** What keeps the processes of an installation running; `npm start` says so to its children by itself. */
export const supervisors = ['start', 'compose', 'systemd'] as const;
export type SupervisorKind = (typeof supervisors)[number];

const wholeSecs = (defaultSecs: number, most: number) =>
  z.coerce
    .number('must be a number of seconds')
    .int('must be whole seconds')
    .min(1, 'must be 1 or more')
    // Two silent rounds have to fit into two minutes.
    .max(most, `must be ${most} or less`)
    .default(defaultSecs);

/** Settings of the watchdog, as they stand in the environment. */
export const watchdogSettings = {
  TRIBUTARY_WATCHDOG_EVERY_SECS: wholeSecs(15, 40),
  TRIBUTARY_WATCHDOG_TIMEOUT_SECS: wholeSecs(5, 10),
  TRIBUTARY_WATCHDOG_GRACE_SECS: wholeSecs(60, 60),
  TRIBUTARY_WATCHDOG_PING_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional(),
  TRIBUTARY_SUPERVISOR: z.enum(supervisors, 'must be compose or systemd').optional(),
};

/** How the watchdog looks. */
export interface WatchdogSettings {
  /** Between two rounds. */
  readonly intervalMs: number;
  /** How long each part is waited for. */
  readonly timeoutMs: number;
  /** What is gone when the watchdog starts is told after so long. */
  readonly graceMs: number;
  /** Asked once a minute while everything is well. */
  readonly pingUrl: string | undefined;
}

type Parsed = z.infer<z.ZodObject<typeof watchdogSettings>>;

/** The settings of the watchdog, parsed. */
export const watchdogOf = (s: Parsed): WatchdogSettings => ({
  intervalMs: s.TRIBUTARY_WATCHDOG_EVERY_SECS * 1_000,
  timeoutMs: s.TRIBUTARY_WATCHDOG_TIMEOUT_SECS * 1_000,
  graceMs: s.TRIBUTARY_WATCHDOG_GRACE_SECS * 1_000,
  pingUrl: s.TRIBUTARY_WATCHDOG_PING_URL,
});
