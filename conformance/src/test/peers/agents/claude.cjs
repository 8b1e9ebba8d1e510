// Plays the agent `claude` in its stream mode: a JSON line per prompt in, two per answer out.

const { createInterface } = require('node:readline');

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function answer(prompt) {
  const text = `you said: ${prompt}`;
  const content = [{ type: 'text', text }];
  write({ type: 'assistant', message: { role: 'assistant', model: 'test-model', content } });
  write({ type: 'result', subtype: 'success', is_error: false, num_turns: 1, result: text });
}

if (process.argv.includes('--print')) {
  // Asked only for what it can do.
  write({ type: 'system', subtype: 'init', tools: ['Bash'], slash_commands: ['help'] });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'user') {
      answer(message.message.content);
    }
  })
  .on('close', () => process.exit(0));
