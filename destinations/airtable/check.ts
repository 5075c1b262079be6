import { TributaryError } from '../../domain/errors.ts';
import type { DestinationCheck } from '../contract.ts';
import { createClient, type OpenAirtable } from './client.ts';
import { readTables } from './tables.ts';

const mayWrite = ['edit', 'create'];

/**
 * Whether the token is good, reaches the base, reads its tables and records, and may write. Writing itself is asked by
 * a request without records, which stores nothing and which Airtable answers differently when it is not permitted.
 */
export async function check(settings: OpenAirtable): Promise<DestinationCheck> {
  const { configuration, signal } = settings;
  const { base } = configuration;
  const { ask } = createClient(settings);
  const problems: string[] = [];
  const notes: string[] = [];

  /** Runs a part; what Airtable refuses is a problem, and what the network refuses too. */
  const trying = async (problem: string, part: () => Promise<void>): Promise<boolean> => {
    try {
      await part();
      return true;
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      problems.push(error.code === 'DESTINATION_REFUSED' ? `${problem} ${error.message}` : error.message);
      return false;
    }
  };

  await trying('Give the token the scope schema.bases:read and access to the base.', async () => {
    const answer = await ask({ method: 'GET', path: '/bases', of: 'meta' }, signal);
    const bases = answer.refused ? undefined : answer.body.bases;
    const found = (Array.isArray(bases) ? bases : []).find(({ id }) => id === base);
    // A token that sees more than a thousand bases may have it on another page.
    if (found !== undefined && !mayWrite.includes(found.permissionLevel))
      problems.push(`Whose token it is may not write to the base ${base} (${found.permissionLevel} only).`);
  });
  if (problems.length > 0) return { ok: false, problems, notes };

  const tables = await (async () => {
    let found: Awaited<ReturnType<typeof readTables>> = [];
    await trying(`The token does not reach the base ${base}.`, async () => {
      found = await readTables({ ask }, base, signal);
    });
    return found;
  })();
  const [first] = tables;
  if (problems.length === 0)
    notes.push(`The base has ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}.`);
  if (first !== undefined) {
    await trying('Give the token the scope data.records:read.', async () => {
      await ask(
        { method: 'POST', path: `/${first.id}/listRecords`, body: { maxRecords: 1, pageSize: 1 } },
        signal,
      );
    });
    await trying('Give the token the scope data.records:write.', async () => {
      await ask({ method: 'PATCH', path: `/${first.id}`, body: { records: [] } }, signal);
    });
  }
  return { ok: problems.length === 0, problems, notes };
}
