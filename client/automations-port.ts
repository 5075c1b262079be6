import type { AutomationTick } from '../domain/ticks.ts';

/** What the API asks of the engine about automations. All throw TributaryError ENGINE_UNAVAILABLE. */
export interface AutomationsPort {
  /** Brings the Schedule of an automation to what the store says; one that is gone loses it. May be repeated. */
  apply(automationId: string): Promise<void>;
  /** Starts the tick of a due time or of a person's call; the same one again is one tick. */
  start(tick: AutomationTick & { readonly slot: string }): Promise<void>;
  /** Of the Schedules of automations at the engine by automation: whether they are paused. */
  there(): Promise<ReadonlyMap<string, boolean>>;
}
