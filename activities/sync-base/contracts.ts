import type { BaseApplied, BasePulled, BasePushed } from '../../domain/sync-base-contracts.ts';

interface Base {
  readonly baseId: string;
}

/** Activities of a pass over a SYNC base; short ones, on the queue of the sessions. */
export interface SyncBaseActivities {
  /** Takes in what people changed. @throws as `createAsk` */
  pullBase(input: Base): Promise<BasePulled>;
  /** Acts on what was taken in; needs no Airtable. */
  applyEdits(input: Base): Promise<BaseApplied>;
  /** Writes what the base should show. @throws as `createAsk` */
  pushBase(input: Base): Promise<BasePushed>;
  /** Notes how the pass ended: the base's problem, and the alert of it, once. */
  noteBase(
    input: Base & { readonly problem: { readonly code: string; readonly text: string } | null },
  ): Promise<void>;
}
