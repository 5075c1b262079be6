import type { Analysis } from '../../../stores/analysis.ts';
import { openConnection } from '../../connection.ts';
import type { Beat } from '../../life.ts';
import type { AnalysisInput } from '../analysis.ts';

/** Called after something was stored. @throws CancelledFailure when the work should stop, CONNECTION_GONE */
export type Border = (beat: Beat) => Promise<void>;

/** Tells how far the work is, and stops it if asked or if the connection's generation was closed. */
export const createBorder =
  ({ ports, ref, life }: AnalysisInput): Border =>
  async (beat) => {
    life.progressed(beat);
    await life.stopIfAsked();
    await openConnection(ports, ref);
  };

/** What processing keeps of the connection. */
export const analysisOf = ({ ports, connection }: AnalysisInput): Analysis =>
  ports.stores.analysis.of(connection._id, connection.generation);
