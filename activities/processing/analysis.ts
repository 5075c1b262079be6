import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { SessionRef } from '../contracts.ts';
import type { Life } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';

/** What a finished substage tells: what it looked at and what it found, by name. */
export type SubstageCounts = Readonly<Record<string, number>>;

/** One run of one substage of Processing. It may be repeated: what it writes has fixed ids. */
export interface AnalysisInput {
  readonly ports: ActivityPorts;
  readonly ref: SessionRef;
  readonly session: SessionDoc;
  readonly connection: ConnectionDoc;
  readonly definition: ConnectorDefinition;
  /** `stopIfAsked` at every border, `progressed` after everything that was stored. */
  readonly life: Life;
}

/** There is nothing for the substage to do; shown as skipped with this reason. */
export interface NothingToDo {
  readonly skipped: 'NO_METRICS' | 'NO_FORECASTER' | 'REPLAY' | 'NO_HISTORY';
}

/** A substage. @throws TributaryError with a code of its own where a reason names it; anything else is SUBSTAGE_FAILED */
export type Analysis = (input: AnalysisInput) => Promise<SubstageCounts | NothingToDo>;
