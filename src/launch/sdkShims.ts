/**
 * In the bundle this stands for the SDK's module of the same purpose (scripts/build.mjs): the validator of results that it
 * would bring along is a fifth of all that the extension loads, and this one knows the same dialects.
 */
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';
export const CORS_IS_POSSIBLE = false;
