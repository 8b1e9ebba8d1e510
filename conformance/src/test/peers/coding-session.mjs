// One coding session of a published command line, made with the classes the package exports
// (`<package>/lib`): what its own agent loop does with them, without an agent. The test that starts
// this file plays the agent: commands come as JSON lines on the standard input, what happens goes
// out as JSON lines on the standard output.
//
// Arguments: the package's folder, the folder the session works in.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [packageFolder, workingFolder] = process.argv.slice(2);
const happyHome = process.env.HAPPY_HOME_DIR;

const report = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));

function credential() {
  const stored = json(join(happyHome, 'access.key'));
  const encryption = stored.secret
    ? { type: 'legacy', secret: bytes(stored.secret) }
    : {
        type: 'dataKey',
        publicKey: bytes(stored.encryption.publicKey),
        machineKey: bytes(stored.encryption.machineKey),
      };
  return { token: stored.token, encryption };
}

const assistantLine = (text) => ({
  type: 'assistant',
  uuid: randomUUID(),
  parentUuid: null,
  isSidechain: false,
  timestamp: new Date().toISOString(),
  message: {
    role: 'assistant',
    model: 'test-model',
    content: [{ type: 'text', text }],
    usage: { input_tokens: 3, output_tokens: 4 },
  },
});

const manifest = json(join(packageFolder, 'package.json'));
const library = join(packageFolder, manifest.exports['./lib'].import.default);
const { ApiClient } = await import(pathToFileURL(library));

const api = await ApiClient.create(credential());
const session = await api.getOrCreateSession({
  tag: randomUUID(),
  metadata: {
    path: workingFolder,
    host: hostname(),
    homeDir: process.env.HOME,
    happyHomeDir: happyHome,
    happyLibDir: packageFolder,
    happyToolsDir: join(packageFolder, 'tools'),
    version: manifest.version,
    machineId: json(join(happyHome, 'settings.json')).machineId,
    startedBy: 'terminal',
  },
  state: { controlledByUser: false },
});
const client = api.sessionSyncClient(session);

client.onUserMessage((message) => report({ event: 'heard', text: message.content.text }));
client.on('message', (message) => report({ event: 'other', message }));
client.rpcHandlerManager.registerHandler('repeat', async (parameters) => ({ parameters }));
client.rpcHandlerManager.registerHandler('abort', async () => {});
client.socket.on('connect', () =>
  report({ event: 'connected', recovered: client.socket.recovered === true }),
);
client.socket.on('disconnect', (reason) => report({ event: 'disconnected', reason }));

const alive = setInterval(() => client.keepAlive(false, 'remote'), 2000);

async function end() {
  clearInterval(alive);
  client.sendSessionDeath();
  await client.flush();
  await client.close();
  report({ event: 'ended' });
  process.exit(0);
}

const commands = {
  say: ({ text }) => client.sendClaudeSessionMessage(assistantLine(text)),
  title: ({ text }) =>
    client.updateMetadata((metadata) => ({
      ...metadata,
      summary: { text, updatedAt: Date.now() },
    })),
  ask: ({ id, tool }) =>
    client.updateAgentState((state) => ({
      ...state,
      requests: { ...state.requests, [id]: { tool, arguments: {}, createdAt: Date.now() } },
    })),
  end,
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on('close', () => process.exit(0));

report({ event: 'session', id: client.sessionId });
