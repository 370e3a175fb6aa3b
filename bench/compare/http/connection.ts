/**
 * Requests over kept-alive connections, with Node's own client: with at most 8 connections it takes less time than the server,
 * and a task of Druid's door is several requests, which load generators such as autocannon cannot send as one.
 */

import { Agent, request } from 'node:http';

export type Reply = { readonly status: number; readonly text: string };

export class Connections {
  readonly #agent: Agent;

  constructor(count: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: count });
  }

  send(method: 'GET' | 'POST', url: URL, body: string | Uint8Array, type = 'text/plain'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
      const sent = request(url, { method, agent: this.#agent, headers }, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (chunk) => (text += chunk));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
        reply.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The text of a reply that must be a success. */
export async function succeeded(reply: Promise<Reply>): Promise<string> {
  const { status, text } = await reply;
  if (status < 200 || status > 299) throw new Error(`HTTP ${status}: ${text.slice(0, 300)}`);
  return text;
}
