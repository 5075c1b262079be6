import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { SyncDoc } from '../../../stores/model.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { syncChange, syncChanged, syncParams } from '../schemas/syncs.ts';
import { findSync, together } from '../sync-calls.ts';
import { checkMode, findDestination, type SoundModel, soundModel } from '../sync-input.ts';
import { moveSync, refuseWhileOpen } from '../sync-moved.ts';
import { prepareTarget } from '../sync-target.ts';
import { syncView } from '../views/sync.ts';

type Change = z.output<typeof syncChange>;

/** Changes a sync. */
export const updateSync: Route = (api, deps) => {
  const { stores, syncSchedules } = deps;
  const schema = {
    summary: 'Change a sync',
    description:
      'What is left out stays. `effects` says what follows: another model, mapping or mode makes the next run look at every record; another destination, object or key field makes it deliver everything anew, and is refused while a run delivers.',
    tags: ['Syncs'],
    params: syncParams,
    body: syncChange,
    response: { 200: syncChanged },
  };
  api.post('/api/syncs/:id', { schema, config: { needs: 'change' } }, async ({ params, body }) => {
    const { sync: before } = await findSync(deps, params.id);
    const model = await soundModel(deps, {
      connection: before.connectionId,
      model: body.model ?? before.model,
      mapping: body.mapping ?? before.mapping.map((one) => ({ ...one })),
      keyField: body.keyField ?? before.keyField,
    });
    const wanted = wantedOf(before, body, model);
    const differs = (names: readonly (keyof typeof wanted)[]) =>
      names.some((name) => !isDeepStrictEqual(before[name], wanted[name]));
    const moves = differs(['destinationId', 'object', 'keyField']);
    const restages = differs(['model', 'mapping', 'mode']);
    const timed = differs(['schedule', 'timeZone']);
    const found = moves || restages ? await checkTarget(deps, { ...before, ...wanted }, body.prepare) : [];
    if (moves) await refuseWhileOpen(deps, before);
    const after = moves
      ? await moveSync(deps, before._id, () => wanted)
      : await stores.syncs.change(before._id, ({ version }) => ({
          ...wanted,
          ...(restages ? { version: version + 1 } : {}),
        }));
    if (timed) await syncSchedules.apply(after.connectionId);
    const effects = [...found, ...effectsOf(before, { moves, restages })];
    return { sync: await syncView(deps, await together(deps, after)), effects };
  });
};

const wantedOf = (before: SyncDoc, change: Change, { model, mapping, keyField }: SoundModel) => ({
  destinationId: change.destination ?? before.destinationId,
  model,
  mapping,
  keyField,
  object: change.object ?? before.object,
  mode: change.mode ?? before.mode,
  schedule: change.schedule ?? before.schedule,
  timeZone: change.timeZone ?? before.timeZone,
  rejectedThreshold: change.rejectedThreshold ?? before.rejectedThreshold,
  rejectionCap: change.rejectionCap ?? before.rejectionCap,
});

async function checkTarget(deps: RouteDeps, sync: SyncDoc, prepare: boolean): Promise<readonly string[]> {
  const destination = await findDestination(deps, sync.destinationId);
  checkMode(deps, destination, sync.mode);
  return prepare ? prepareTarget(deps, destination, sync) : [];
}

function effectsOf(
  { destinationId, object, mode }: SyncDoc,
  { moves, restages }: { readonly moves: boolean; readonly restages: boolean },
): string[] {
  if (moves)
    return [
      'The next run delivers every row to the new place.',
      `What was delivered to ${object} at ${destinationId} stays there.`,
    ];
  if (!restages) return [];
  const left =
    mode === 'mirror' || mode === 'full'
      ? 'Rows that are no longer in the model are deleted there.'
      : 'Rows that are no longer in the model stay there.';
  return ['The next run looks at every record again and delivers what differs.', left];
}
