import { z } from 'zod';
import { machines } from '../../../domain/machines.ts';
import { reasons } from '../../../domain/reasons.ts';
import { sessionMachine, sessionStatusKinds, sessionStatusNames } from '../../../domain/session.ts';
import type { Route } from '../deps.ts';
import { statusCode, statusKind } from '../schemas/common.ts';

const status = z.union([z.string(), z.int()]);

const machine = z.object({
  statuses: z.array(status),
  ends: z.array(status).describe('Statuses that no event leaves'),
  transitions: z.array(
    z.object({
      from: z.array(status.nullable()).describe('null: it does not exist yet'),
      event: z.string(),
      to: status,
      when: z.string().optional().describe('The fact that must be true'),
      unless: z.string().optional().describe('The fact that must be false'),
    }),
  ),
});

const answer = z.object({
  machines: z.record(z.string(), machine),
  sessionStatuses: z.array(z.object({ code: statusCode, name: z.string(), kind: statusKind })),
  reasons: z.array(
    z.object({
      code: z.string(),
      statuses: z.array(statusCode),
      meaning: z.string(),
      causes: z.array(z.string()),
      who: z.string(),
      call: z.string().nullable(),
      otherwise: z.string(),
    }),
  ),
});

/** Every state table, as data: the same that the service itself goes by. */
export const getStateMachines: Route = (api) => {
  const tables = Object.entries(machines).map(([name, { statuses, ends, transitions }]) => [
    name,
    { statuses, ends, transitions },
  ]);
  const sessionStatuses = sessionMachine.statuses.map((code) => ({
    code,
    name: sessionStatusNames[code],
    kind: sessionStatusKinds[code],
  }));
  const all = answer.parse({ machines: Object.fromEntries(tables), sessionStatuses, reasons });
  const schema = {
    summary: 'Show every state machine',
    description:
      'The tables that the service itself goes by: statuses, transitions, and for each reason who acts and which call helps.',
    tags: ['System'],
    response: { 200: answer },
  };
  api.get(
    '/api/state-machines',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async () => all,
  );
};
