// graphql-ws: a query, a subscription, and a subscription that survives a lost connection.
import { createServer } from 'node:http';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { listen, play } from './stage.mjs';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => '你好' } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: {
        type: GraphQLInt,
        args: { to: { type: GraphQLInt } },
        async *subscribe(_, { to }) {
          for (let count = 1; count <= to; count++) yield { count };
        },
      },
    },
  }),
});
const http = createServer();
const sockets = new WebSocketServer({ server: http, path: '/graphql' });
useServer({ schema }, sockets, 20_000);

play(listen(http), async (gateway) => {
  let connections = 0;
  const client = createClient({
    url: `ws://${gateway}/graphql`, webSocketImpl: WebSocket, lazy: false, keepAlive: 1000, retryWait: () => new Promise((resolve) => { setTimeout(resolve, 50); }),
    on: { connected: () => connections++ },
  });
  const collect = async (query) => {
    const results = [];
    for await (const { data } of client.iterate({ query })) results.push(...Object.values(data));
    return results;
  };
  const result = { query: await collect('{ hello }'), subscription: await collect('subscription { count(to: 5) }') };
  for (const socket of sockets.clients) socket.terminate();
  result.again = await collect('subscription { count(to: 3) }');
  result.connections = connections;
  await client.dispose();
  return result;
});
