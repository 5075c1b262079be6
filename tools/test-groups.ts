import { dirname } from 'node:path';

/** Begun first, each in a process of its own, so that none of them is left alone at the end; the slowest one first. */
const slowest = [
  'test/kill/killed-worker.test.ts',
  'test/client/cli.test.ts',
  'test/apps/quickbooks.test.ts',
  'test/syncs/bad-input.test.ts',
  'test/companies/killed.test.ts',
  'test/apps/stripe.test.ts',
  'test/kill/webhook-orders.test.ts',
  'test/apps/shopify.test.ts',
  'test/lifecycle/killed-worker.test.ts',
  'test/quarantine/killed.test.ts',
];

/** Begun last: they have no engine, and end within seconds of each other. */
const quickest = [
  'activities',
  'connectors',
  'destinations',
  'docs',
  'domain',
  'examples',
  'platform',
  'stores',
  'tools',
  'workers',
];

/** Short ones of one folder that share a process: each process loads SDK, driver and our code once, in about 2 s. */
const filesPerProcess = 6;

/** Which test files run in one process, in the order in which the processes begin. */
export function groupTests(files: readonly string[]): string[][] {
  const groups = slowest.filter((file) => files.includes(file)).map((file) => [file]);
  const folders = new Map<string, string[]>();
  const isQuick = (file: string) => quickest.some((folder) => file.startsWith(`test/${folder}/`));
  const others = files.filter((one) => !slowest.includes(one));
  for (const file of [...others.filter((one) => !isQuick(one)), ...others.filter(isQuick)]) {
    const folder = dirname(file);
    const open = folders.get(folder);
    if (open && open.length < filesPerProcess) open.push(file);
    else {
      const group = [file];
      folders.set(folder, group);
      groups.push(group);
    }
  }
  return groups;
}
