// Loads what a tap gives, and prints what it took: taps-process.ts <path of tap-singer-jsonl> <folder>
import { createSource } from '../connectors/registry.ts';
import { tapDefinition } from '../test/connectors/singer/scene.ts';
import { loadSource } from './load-source.ts';

const [tap = '', folder = ''] = process.argv.slice(2);
const configuration = {
  source: 'local',
  local: { folders: [folder], recursive: false },
  add_record_metadata: false,
};
const source = createSource(
  tapDefinition({ incremental: true }),
  { baseUrl: null },
  {
    credentials: { authorization: async () => JSON.stringify(configuration) },
    fetch,
    programs: { tap: [tap] },
  },
);
console.log(JSON.stringify(await loadSource(source, 'orders')));
