// The least that a receiver has to do: a Fastify route that stores the document that Tributary stores. Prints its address.
import Fastify from 'fastify';
import { MongoClient } from 'mongodb';

const { TEST_MONGODB_URI: uri = '', BENCH_DATABASE: database = '' } = process.env;
const client = await MongoClient.connect(uri);
const inbox = client
  .db(database)
  .collection<{ readonly _id: string; readonly [name: string]: unknown }>('bare-inbox');
const api = Fastify();
api.post('/', async (request, reply) => {
  const body = request.body as { id: string; type: string };
  const receivedAt = new Date();
  await inbox.insertOne({
    _id: `webhook/bench-hooks/${body.id}`,
    ...{ connectionId: 'bench-hooks', generation: 1, kind: 'webhook', event: body.type, meaning: 'load' },
    payload: { keyId: 'bench', data: Buffer.from(JSON.stringify(body)).toString('base64') },
    receivedAt,
    ...{ seq: 0, toldAt: null, claimedBy: null, claimedAt: null, outcome: null, endedAt: null },
    waitingSince: receivedAt,
  });
  return reply.send({ stored: true });
});
console.log(await api.listen({ host: '127.0.0.1', port: 0 }));
