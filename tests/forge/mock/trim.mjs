// Cuts GitHub's own description of its API down to the paths that laneway calls, so that a mock of it starts in
// seconds. Usage: node trim.mjs NODE_MODULES OUT.json
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PATHS = [
  "/repos/{owner}/{repo}/pulls",
  "/repos/{owner}/{repo}/pulls/{pull_number}",
  "/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
  "/repos/{owner}/{repo}/issues/{issue_number}/comments",
  "/repos/{owner}/{repo}/issues/comments/{comment_id}",
  "/repos/{owner}/{repo}/commits/{ref}/status",
  "/repos/{owner}/{repo}/statuses/{sha}",
  "/user",
];

const [modules, out] = process.argv.slice(2);
const file = join(modules, "@octokit/openapi/generated/api.github.com.deref.json");
const whole = JSON.parse(readFileSync(file, "utf8"));
const paths = {};
for (const path of PATHS) {
  if (!whole.paths[path]) throw new Error(`GitHub no longer describes ${path}`);
  paths[path] = whole.paths[path];
}

// GitHub asks for `application/vnd.github+json` and describes `application/json`: the mock would refuse the one for the
// other. Both are the same document.
for (const operations of Object.values(paths)) {
  for (const operation of Object.values(operations)) {
    for (const response of Object.values(operation.responses ?? {})) {
      const json = response.content?.["application/json"];
      if (json) response.content["application/vnd.github+json"] = json;
    }
  }
}

const { openapi, info } = whole;
writeFileSync(out, JSON.stringify({ openapi, info, servers: [{ url: "https://api.github.com" }], paths }));
