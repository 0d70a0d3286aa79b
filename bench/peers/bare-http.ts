/** The least that a server of sends can do: reads the body, parses it, answers. A process; says its port over IPC. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let accepted = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { recipient } = JSON.parse(Buffer.concat(chunks).toString()) as { recipient: { id: string } };
    accepted += 1;
    const text = JSON.stringify({ recipient_id: recipient.id, message_id: `m_${accepted}` });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
