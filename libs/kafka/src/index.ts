export * from './chunk.js';
export * from './batch-handler.js';
