import type { TributaryClient } from '../../tributary-client.ts';
import { lookOnce } from '../look-once.ts';
import { findInstallation } from '../service/installation.ts';
import { controlSteps, overviewStep, partSteps, type Step } from './steps.ts';

/** What was looked at, and the first fault: where to begin. */
export interface Diagnosis {
  readonly steps: readonly Step[];
  /** Null: none was found. */
  readonly firstFault: Step | null;
}

/**
 * Walks engine, store, worker and API, then the control base, in the order in which one explains the next.
 * @throws {TributaryError} SETTINGS_INVALID
 */
export async function diagnose(api: () => Promise<TributaryClient>): Promise<Diagnosis> {
  const [{ supervisor }, seen] = await Promise.all([findInstallation(), lookOnce()]);
  const answers = seen.some(({ part, state }) => part === 'api' && state === 'well');
  const control = await controlSteps(answers ? await api() : undefined);
  const direct = answers ? undefined : overviewStep(seen);
  const steps = [
    ...partSteps(seen, supervisor),
    ...control.map((step) => (step.place === 'Overview' ? (direct ?? step) : step)),
  ];
  return { steps, firstFault: steps.find(({ state }) => state === 'fault') ?? null };
}
