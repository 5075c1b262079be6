// Loads the users that airbyte-source-faker gives, and prints what it took: airbyte-process.ts <path> <configuration>
import { createSource } from '../connectors/registry.ts';
import { sourceDefinition } from '../test/connectors/airbyte/scene.ts';
import { loadSource } from './load-source.ts';

const [path = '', configuration = '{}'] = process.argv.slice(2);
const source = createSource(
  sourceDefinition({ id: 'users', incremental: true }),
  { baseUrl: null },
  { credentials: { authorization: async () => configuration }, fetch, programs: { source: [path] } },
);
console.log(JSON.stringify(await loadSource(source, 'users')));
