// Loads one file as a worker does, from the source through the batcher into the store, and prints what it took.
// files-process.ts <folder> <name> <format>
import { definitionSchema } from '../connectors/definition.ts';
import { createFileSource } from '../connectors/file/source.ts';
import { loadSource } from './load-source.ts';

const [folder = '', name = '', format = ''] = process.argv.slice(2);
const definition = definitionSchema.parse({
  version: 1,
  id: 'bench-files',
  name: 'Files',
  kind: 'file',
  auth: { kind: 'configuration', schema: { type: 'object' } },
  resources: [
    {
      id: 'rows',
      name: 'Rows',
      key: ['id'],
      incremental: { bookmark: true },
      file: { pattern: name, format },
      schema: { type: 'object', properties: { id: { type: 'string' }, amount: { type: 'number' } } },
    },
  ],
});
const source = createFileSource(
  definition,
  {},
  {
    credentials: { authorization: async () => JSON.stringify({ location: folder }) },
    fetch,
    folders: [folder],
  },
);
console.log(JSON.stringify(await loadSource(source, 'rows')));
