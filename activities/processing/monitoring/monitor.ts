import { checkNames, checkSettingOf } from '../../../domain/checks.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { checkId } from '../../../stores/checks.ts';
import type { CheckDoc } from '../../../stores/model.ts';
import type { AnalysisInput, NothingToDo, SubstageCounts } from '../analysis.ts';
import type { ResourceFacts } from './facts.ts';
import { readRuns } from './history.ts';
import { judge, type Verdict } from './judge.ts';
import { readTotals } from './read-totals.ts';
import { checks } from './table.ts';

/** Makes every check of a resource that is not off and applies to it. */
export const checkResource = (
  facts: ResourceFacts,
  resource: string,
  settings: AnalysisInput['connection']['checks'],
): Verdict[] =>
  checkNames.flatMap((name) => {
    const setting = checkSettingOf(settings, resource, name);
    if (setting.severity === 'off') return [];
    const { method, measure } = checks[name];
    const measured = measure(facts);
    return measured === null ? [] : [judge(name, method, measured, setting)];
  });

/**
 * Checks each resource of the session against what a person set and what the connection's earlier sessions taught.
 * Every result is stored before a failed one may end the session.
 * @throws TributaryError CHECK_FAILED when one failed that is set to block
 */
export async function monitor(input: AnalysisInput): Promise<SubstageCounts | NothingToDo> {
  const { ports, ref, session, connection, life } = input;
  // A few rows of quarantine say nothing of what the app usually has.
  if (session.scope.replay !== undefined) return { skipped: 'REPLAY' };
  const runs = await readRuns(input);
  const series = await readTotals(input);
  const at = new Date();
  const docs: CheckDoc[] = [...runs].flatMap(([resource, facts]) =>
    checkResource({ ...facts, series: series.get(resource) ?? [] }, resource, connection.checks).map(
      (verdict) => ({
        _id: checkId(ref.sessionId, resource, verdict.check),
        ...{ sessionId: ref.sessionId, connectionId: ref.connectionId, resource },
        ...verdict,
        at,
      }),
    ),
  );
  if (docs.length > 0) await ports.stores.checks.putMany(docs);
  const blocking = docs.filter(({ severity, blocks }) => severity === 'fail' && blocks === true);
  const [first] = blocking;
  if (first !== undefined) throw new TributaryError('CHECK_FAILED', blockedText(first, blocking.length - 1));
  const count = (severity: CheckDoc['severity']) => docs.filter((doc) => doc.severity === severity).length;
  const counts = { checks: docs.length, passed: count('pass'), warned: count('warn'), failed: count('fail') };
  life.progressed(counts);
  return counts;
}

const blockedText = ({ check, resource, sentence }: CheckDoc, more: number): string =>
  `${check} of ${resource}: ${sentence.slice(0, 600)}${more === 0 ? '' : ` ${more} more failed.`}`;
