import { pino } from 'pino';
import type { Life } from '../../activities/life.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import type { AnalysisInput } from '../../activities/processing/analysis.ts';

/** What a substage is given, without an engine. */
export interface Given extends Pick<AnalysisInput, 'session' | 'connection' | 'definition'> {
  /** The stores at least; what a substage does not use may be missing. */
  readonly ports: Partial<ActivityPorts> & Pick<ActivityPorts, 'stores'>;
  /** @default a life that nobody ends, and that tells nobody */
  readonly life?: Partial<Life>;
}

/** One run of a substage. */
export function analysisInput({ ports, session, connection, definition, life = {} }: Given): AnalysisInput {
  const { _id: connectionId, generation } = connection;
  return {
    ports: { log: pino({ level: 'silent' }), ...ports } as ActivityPorts,
    ref: { connectionId, sessionId: session._id, generation } as AnalysisInput['ref'],
    ...{ session, connection, definition },
    life: {
      signal: new AbortController().signal,
      waitedMs: 0,
      waited: () => undefined,
      progressed: () => undefined,
      stopIfAsked: async () => undefined,
      ...life,
    },
  };
}
