import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { type ConfiguredSource, streamsOf } from './ask.ts';

/** The streams of a database may take minutes to be found, and every stream of a session asks for them. */
const goodMs = 300_000;
const mostKept = 20;

interface Kept {
  readonly streams: readonly JsonObject[];
  readonly until: number;
}

/** By program and configuration; nothing of a configuration can be read from it. */
const kept = new Map<string, Kept>();

/**
 * The streams of a source, as `streamsOf` gives them, or gave them in the last five minutes.
 * @throws {TributaryError} as `streamsOf` does
 */
export async function knownStreamsOf(
  source: ConfiguredSource,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const asked = JSON.stringify([source.spec.command, source.configuration]);
  const key = createHash('sha256').update(asked).digest('hex');
  const known = kept.get(key);
  if (known !== undefined && known.until > performance.now()) return known.streams;
  const streams = await streamsOf(source, signal);
  kept.delete(key);
  kept.set(key, { streams, until: performance.now() + goodMs });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return streams;
}
