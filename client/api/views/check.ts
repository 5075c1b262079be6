import { type CheckName, checkNames, checkTable } from '../../../domain/checks.ts';
import type { CheckDoc } from '../../../stores/model.ts';
import type { Checks, ConnectionChecks } from '../schemas/checks.ts';

/** One result as it is shown. Of a document of an older version the unit is the check's. */
export function checkView(doc: CheckDoc): Checks['checks'][number] {
  const { resource, method, severity, value, low = null, high = null, blocks = false } = doc;
  const check = doc.check as CheckName;
  return {
    ...{ resource, check, method, severity, value, unit: doc.unit ?? checkTable[check].unit },
    ...{ low, high, blocks, expected: doc.expected, sentence: doc.sentence },
    at: doc.at.toISOString(),
  };
}

const order = ['fail', 'warn', 'pass'] as const satisfies readonly CheckDoc['severity'][];

/** Results of several sessions, newest session first, as a line for each resource and check. */
export function historyView(docs: readonly CheckDoc[]): ConnectionChecks {
  const found = new Map<string, CheckDoc[]>();
  for (const doc of docs) {
    const key = `${doc.resource}/${doc.check}`;
    found.set(key, [...(found.get(key) ?? []), doc]);
  }
  const checks = [...found.values()].flatMap((history) => {
    const [latest] = history;
    if (latest === undefined) return [];
    const view = checkView(latest);
    return {
      ...{ resource: view.resource, check: view.check, measures: checkTable[view.check].measures },
      latest: { ...view, sessionId: latest.sessionId },
      history: history.map(({ sessionId, at, severity, value, sentence }) => ({
        ...{ sessionId, at: at.toISOString(), severity, value, sentence },
      })),
    };
  });
  const rankOf = ({ latest, resource, check }: (typeof checks)[number]) =>
    `${order.indexOf(latest.severity)} ${resource} ${checkNames.indexOf(check)}`;
  return { checks: checks.sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1)) };
}
