export * from './shop-directory.js';
export * from './shop-settings-module.js';
export * from './shops.controller.js';
export * from './tables.js';
