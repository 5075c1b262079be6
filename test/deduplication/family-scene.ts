import { leaveOthers } from '../../activities/deduplication/across/leave.ts';
import { pairOf } from '../../activities/deduplication/work.ts';
import type { DeduplicationRule } from '../../connectors/schema.ts';
import { nodeOf } from '../../domain/across.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Stores } from '../../stores/open.ts';
import { at, newId, person } from '../stores/support.ts';
import { createScene, type Row, type Scene } from './scene.ts';

const resource = 'orders';

/** Connections of one company, by short names: sessions that one asks for in another wait in a list until they are run. */
export async function createFamily(
  stores: Stores,
  names: readonly string[],
  rule: Omit<DeduplicationRule, 'resource'>,
  { isOn = true } = {},
) {
  const company = newId('co');
  await stores.companies.ensure({ id: company, name: company });
  await stores.companies.compareConnections(company, isOn);
  const asked: string[] = [];
  const paused = new Set<string>();
  const gone = new Set<string>();
  const scenes = new Map<string, Scene>();
  const idOf = (name: string): string => `${company}-${name}`;
  const nameOf = (id: string): string => id.slice(company.length + 1);
  const ask = async (id: string): Promise<void> => {
    const name = nameOf(id);
    if (!paused.has(name) && !gone.has(name) && !asked.includes(name)) asked.push(name);
  };
  for (const name of names)
    scenes.set(name, await createScene(stores, rule, { connectionId: idOf(name), company, ask }));
  const of = (name: string): Scene => {
    const scene = scenes.get(name);
    if (scene === undefined) throw new Error(`There is no ${name}.`);
    return scene;
  };
  const store = stores.across.of(company, 'shop', resource);
  const node = (text: string): string => {
    const [name = '', key = ''] = text.split('/');
    return nodeOf(idOf(name), key);
  };
  const plain = (text: string): string => text.replaceAll(`${company}-`, '');

  return {
    ...{ of, store, asked, node, plain, company, idOf },
    present: () => names.filter((name) => !gone.has(name)),
    setOn: async (is: boolean) => {
      await stores.companies.compareConnections(company, is);
      for (const name of names) await ask(idOf(name));
    },
    ask: (name: string) => ask(idOf(name)),
    /** The right of a killed process has run out. */
    release: (holder: string) => stores.across.release(company, holder),
    pause: (name: string) => paused.add(name),
    resume: (name: string) => paused.delete(name),
    /** One session from begin to end. */
    pass: (name: string, ...rows: readonly Row[]) => of(name).pass(...(rows.length === 0 ? [] : [rows])),
    async restOne(): Promise<void> {
      const next = asked.shift();
      if (next !== undefined) await of(next).pass();
    },
    /** Runs what was asked for, and what that asks for. @returns how many sessions it came to */
    async rest(most = 60): Promise<number> {
      for (let sessions = 0; ; sessions++) {
        const next = asked.shift();
        if (next === undefined) return sessions;
        if (sessions === most) throw new Error(`More than ${most} sessions ask each other.`);
        await of(next).pass();
      }
    },
    /** What readers see of all: by `<name>/<key>` the data. */
    async visible(): Promise<Record<string, JsonObject>> {
      const found: Record<string, JsonObject> = {};
      for (const name of names)
        if (!gone.has(name))
          for (const [key, data] of Object.entries(await of(name).visible())) found[`${name}/${key}`] = data;
      return found;
    },
    async keys(): Promise<string[]> {
      return Object.keys(await this.visible()).sort();
    },
    async decide(is: 'same' | 'different' | null, one: string, other: string): Promise<void> {
      const pair = pairOf(node(one), node(other));
      const decision = is === null ? null : ({ is, from: 'undo', by: person, why: null, at } as const);
      const connections = [...new Set(pair.keys.map((key) => key.slice(0, key.indexOf('/'))))];
      await store.pairs.putMany([{ ...pair, connections, suggested: null, decision, pending: true, at }]);
    },
    /** As the disconnect of a connection does it. */
    async disconnect(name: string): Promise<void> {
      const connection = await stores.connections.change(idOf(name), () => ({ ownCode: 26 }));
      gone.add(name);
      asked.splice(0, asked.length, ...asked.filter((one) => one !== name));
      for (const other of await leaveOthers(stores, connection, [resource])) await ask(other.connectionId);
      await stores.purge(
        { connectionId: idOf(name), generation: 1, resources: [resource] },
        { keepData: false },
      );
      await stores.connections.change(idOf(name), () => ({ status: 'DISCONNECTED' }));
    },
  };
}

export type FamilyScene = Awaited<ReturnType<typeof createFamily>>;
