import assert from 'node:assert/strict';
import { anchorOf } from '../../../src/clients/anchor/anchor';
import { layersOf } from '../../../src/clients/unwrap';
import { argsOf } from './lines';

/** One command a line; `␣` stands for a blank within an argument, `@{` for `${`, which begins a placeholder. */
const linesOf = (table: string) => table.split('\n').flatMap((line) => line.trim() || []);
const anchor = (line: string) =>
  anchorOf(layersOf(argsOf(line).map((word) => word.replaceAll('@{', '${'))).at(-1) ?? []);

/** A file, variable or task of the folder decides what these run: in a stranger's folder it is a stranger's. */
const BOUND = linesOf(`
  node -r /abs/preload.js server
  node --env-file /home/me/.env build/index
  node --env-file /home/me/.env server
  node --import /abs/register.mjs server
  node --experimental-loader /abs/loader.mjs server
  node --inspect server /srv/data
  node --no-warnings server /srv/data
  python3 -mapp.main /srv/data
  python3 -um app.main /srv/data
  python3 -W ignore -m app.main
  npx tsx --tsconfig /abs/tsconfig.json server
  npx tsx --env-file /abs/.env server
  tsx --tsconfig /abs/tsconfig.json server
  npm start /srv/data
  npm run start /srv/data
  npm start -- /srv/docs
  npm run dev -- /srv/docs
  npm run start -- --prefix /srv/data
  npm --userconfig /abs/.npmrc start
  yarn start /srv/data
  pnpm dev /srv/docs
  pnpm start --dir /srv/docs
  make start /x
  make -f /abs/Makefile serve
  cargo run /abs/arg
  cargo run -- /srv/data
  cargo run --target-dir /tmp/x --bin app
  cargo run -- --manifest-path /srv/data
  dotnet run -- /srv/data
  dotnet run -- --project /srv/data
  uv run app --directory /srv/data
  uv run --quiet app --directory /data
  uv run --quiet app /srv/data
  uv run server.py --directory /srv/data
  uv run --env-file /home/me/.env my-server
  uv run --python /usr/bin/python3.12 app
  uv run --with-requirements /abs/req.txt app
  poetry run app -C /x
  bun run server --cwd /x
  bun server --cwd /x
  bun --env-file /abs/.env start
  go run ./cmd/server -C /data
  go run . /srv/data
  just start /abs
  task dev /abs
  mvn -s /abs/settings.xml exec:java
  gradle -I /abs/init.gradle run
  uvicorn --ssl-keyfile /abs/key main:app
  uvicorn --env-file /abs/.env main:app
  gunicorn -c /abs/conf.py app:app
  ruby -I /abs/lib server
  conda run --prefix /abs/env python -m app.main
  conda run --prefix /abs/env app
  direnv exec /abs/dir make serve
  flock /tmp/lock make serve
  nice /usr/bin/make serve
  nice -n 10 /usr/bin/make serve
  sudo /usr/bin/make serve
  time -o /tmp/x make serve
  timeout 5 /usr/bin/make serve
  bwrap --bind / / make serve
  dotenvx run -f /abs/.env -- npm start
  op run --env-file /abs/.env -- npm start
  op run --env-file=/abs/.env -- npm start
  infisical run --path / -- npm start
  script -qc make /dev/null
  stdbuf -oL make serve
  stdbuf -oL npm start
  ionice -c2 make serve
  xvfb-run -a npm start
  xvfb-run -a make
  caffeinate -i npm start
  chronic make serve
  setpriv --no-new-privs make serve
  /usr/local/bin/foorun app
  /usr/bin/foorun app
  /home/me/.local/bin/foorun app
  /opt/homebrew/bin/foorun app
  foorun --quiet app
  foorun -q app
  npx foorun --quiet app
  npx -y foorun -s app
  gulp mcp
  npx gulp mcp
  npx gulp --silent mcp
  grunt mcp
  mage mcp
  npx nps mcp
  npx dotenv-cli -- app
  npx dotenv-cli npm run mcp
  npx dotenv-cli -e .env npm run mcp
  npx @dotenvx/dotenvx run -- npm run mcp
  npx @dotenvx/dotenvx run -- serve
  npx -y supergateway --stdio npm␣run␣mcp
  npx -y supergateway --stdio python␣server.py
  npx -y supergateway --stdio uv␣run␣server
  npx -y mcp-proxy -- npm run start
  npx -y mcp-proxy --port 8080 --shell tsx server
  uvx mcp-proxy npm start
  uvx mcp-proxy --pass-environment -- python -m app
  uvx mcp-proxy --port=8080 uv run server
  uvx mcpo --port 8000 -- uv run server
  npx @modelcontextprotocol/inspector npm start
  npx @modelcontextprotocol/inspector node build/index.js
  foorun packages/mcp-server
  npx foorun apps/mcp
  foorun serve --dir /home/me/mcp-stuff
  foorun app /home/me/mcp
  npx foorun @app/server
  foorun @app/server
  foorun run
  npx foorun run
  py -m app.main
  /opt/pypy/bin/pypy3 -m app.main
  /usr/bin/php8.2 artisan boost:mcp
  php8.2 artisan boost:mcp
  /usr/bin/ruby3.2 server
  node20 server
  node /abs/.yarn/releases/yarn-4.1.0.cjs run start
  node /usr/share/yarn/bin/yarn.js start
  node /abs/node_modules/tsx/dist/cli.mjs server
  node /abs/node_modules/gulp-cli/bin/gulp.js mcp
  docker run -i --rm -v .:/app node:20 node /app/index.js
  docker run -i --rm -v ./src:/app -w /app python:3.12 python server.py
  docker run -i --rm --mount type=bind,src=.,dst=/app node:20 node /app/index.js
  docker run -i --rm -v=.:/app node:20 node /app/index.js
  uvx --env-file /abs/.env --from . app
  uvx --with-editable . app
  npx --foo /abs server
  npx -p /abs/tool server ./x
  sh -c cd␣sub␣&&␣npm␣start
  sh -c make␣serve␣/srv/x
  bash -c node␣server;␣/srv/x
  pnpm --filter @app/server start
  pnpm -w mcp
  yarn workspace mcp start
  nx serve mcp
  npx nx serve mcp
  turbo run mcp
  lerna exec mcp
  rails mcp
  bundle exec rails mcp
  ./gradlew mcp
  make mcp
  npx wireit mcp
  hereby mcp
  wp mcp
  drush mcp
  bin/mcp
  src/mcp
  rake mcp:start
  mix mcp.server
  npx ts-node-dev mcp
  npx -y bun run mcp
  npx bun run mcp
  npx cross-env A=b npm run mcp
  cross-env A=b node /srv/x.js ./y.js
  npx npm-run-all mcp
  npx run-s mcp
  npx -y pnpm run mcp
  npx pnpm@9 mcp
  npx yarn mcp
  npx -y zx mcp
  npx zx server.mjs
  corepack pnpm run mcp
  corepack yarn mcp
  npx tsx watch /srv/x.ts ./b
  vite-node --config /abs/vite.config server
  java -Dx=/y app.Main /srv/mcp
  java app.Main /srv/data
  java -javaagent:/abs/x.jar app.Main
  php -d /abs/x artisan
  deno run -A server /srv/data
  deno task dev /srv/data
  hatch run mcp
  pdm run mcp
  rye run mcp
  pixi run mcp
  poe mcp
  nix run .#mcp
  nix develop -c make mcp
  nix run
  devbox run mcp
  mise run mcp
  mise mcp-server
  pipenv run mcp
  poetry run mcp
  uv run mcp
  uv run mcp-server
  uv run mcp run server.py
  uv run --with mcp mcp run server.py
  uv run fastmcp run server.py
  fastmcp run server.py
  mcp run server.py
  python3 -m mcp_server
  cargo mcp
  cargo make mcp
  cargo xtask mcp
  go tool mcp
  go run ./mcp
  dotnet mcp
  dotnet tool run mcp
  swift run mcp
  clj -M:mcp
  lein mcp
  bb mcp
  jbang mcp.java
  kubectl exec -i pod -- node @{input:x}
  timeout 5 foorun app
  nice foorun app
  sudo -u me npm start
  sudo --user=me npm start
  sudo -D /srv npm start
  env --chdir=sub npm start
  mise x -- npm start
  mise exec -- /usr/bin/make serve
  op run --env-file=/x -- make serve
  doppler run -- npm start
  direnv exec . npm start
  node -C dev server
  bun --bun run dev /srv
  deno run --lock /abs/deno.lock server
  java -jar app /srv
  java -cp /srv/lib:. app.Main
  java -cp /srv/lib:target app.Main
  nodemon --exec /usr/bin/make serve
  nodemon --exec make /srv/x
  nodemon -x /usr/bin/make
  bash -x /usr/bin/make serve
  node --trace-warnings /usr/bin/npm start
  node --inspect /usr/bin/tsx server
  bun --bun /abs/node_modules/.bin/tsx server
  python -X dev /abs/venv/bin/uvicorn app:main
  python3 /abs/venv/bin/uvicorn app:main
  /abs/venv/bin/python -m uvicorn server:app
  /abs/venv/bin/python -m uv run app
  /abs/venv/bin/python -m pytest
  /abs/venv/bin/python -m debugpy --listen 5678 -m app
  /abs/venv/bin/python -m mcp run server.py
  /abs/venv/bin/python -m fastmcp run server
  foorun -f tasks/x
  foorun --task app
  foorun --task=app
  foorun --script serve
  npx foorun --task=serve
  npx foorun --target serve
  uvx mcp-proxy --port 8080 -- ./server
  npx -y mcp-proxy ./server
  uvx mcp-proxy make
  uvx mcp-proxy -- make
  tini -- npm start
  dumb-init npm start
  dumb-init -- make
  systemd-run --user --pipe npm start
  firejail npm start
  unshare -n npm start
  npx --workspace=server app
  npx --prefix=sub app
  npx --prefix sub app
  uvx --project=. app
  nix run path:./x
  nix run git+file:///x
  npx -c tsx␣server
  uv --project /srv run python -m app.main
  poetry -P /srv run python -m app
  uv run --with mcp python -m app
  uv run -- python server.py
  /usr/bin/yarn start
  /usr/bin/yarnpkg start
  yarnpkg mcp
  node /home/me/.cache/node/corepack/v1/pnpm/9.0.0/bin/pnpm.cjs run mcp
  node /home/me/.cache/node/corepack/v1/yarn/1.22.22/bin/yarn.js start
  /usr/bin/task mcp
  /home/me/go/bin/task mcp
  /opt/homebrew/bin/just mcp
  /usr/local/bin/air
  /home/me/.cargo/bin/just mcp
  /home/me/.local/bin/mise run mcp
  /home/me/.local/share/mise/shims/npm start
  /home/me/.pyenv/shims/uvicorn app:main
  /home/me/.nvm/versions/node/v20.1.0/bin/tsx server
  /home/me/.nvm/versions/node/v20.1.0/bin/foorun app
  /usr/lib/jvm/java-17/bin/java app.Main
  docker run -i --rm --foo @{input:image} stdio
  docker run -i --rm -v @{workspaceFolder}/@{input:x}:/app node:20 node /app/x.js
  podman run --foo @{input:image} stdio
  npm run --silent @{input:task}
  make -s @{input:target}
  npm --silent run @{input:task}
  node @{workspaceFolder}/@{input:x}
  uv run @{input:script}
  uv --directory @{workspaceFolder}/@{input:x} run app
  npx @{input:a} mcp
  uvx --from @{input:x} mcp-x
  ssh @{input:host} x
  foorun @{input:task}
  cmd /c npm run mcp
  cmd /c node server.js
  node /srv/run.js ./server
  node /srv/run.js .
  node /srv/run.js --file ./server.js
  /usr/local/bin/foorun --root .
  bash -e server.sh /srv/x
  ruby -I lib server /srv/x
  ruby -E UTF-8 server /srv/x
  java --foo /srv/x -Da=b server
  deno run -A jsr:@acme/run ./server.ts
`);

/** These run the same program in any folder; most are copied from the installation notes of servers. */
const FREE = linesOf(String.raw`
  uv run --with mcp[cli] mcp run /srv/server.py
  uv run --with fastmcp fastmcp run /srv/server.py
  uv run --with mcp --with httpx mcp run /srv/server.py
  uv run --python 3.12 --with mcp[cli] mcp run /srv/server.py
  uv run /srv/server.py
  uv run --script /srv/server.py
  uv run -s /srv/server.py
  uv run --no-project --with x /srv/server.py
  uv run --directory /srv x
  uv --directory /srv run x
  uv --project /srv run x
  uv run --project /srv x
  uv --quiet --directory /srv run x
  uv run -q --directory /srv x
  uv run --isolated --directory /srv python -m app
  uv run --env-file /srv/.env --directory /srv python -m app
  /home/me/.local/bin/uv --directory /srv run server.py
  poetry -C /srv run app
  poetry --directory /srv run python -m app
  poetry run --directory /srv app
  pipenv run python /srv/x.py
  bundle exec ruby /srv/x.rb
  conda run -n env python /srv/server.py
  conda run --no-capture-output -n env python /srv/server.py
  npm --prefix /srv start
  npm start --prefix /srv
  npm run start --prefix /srv
  npm run --silent --prefix /srv start
  pnpm --dir /srv start
  pnpm -C /srv run start
  pnpm --silent --dir /srv run mcp
  yarn --cwd /srv start
  yarn --silent --cwd /srv start
  bun --cwd /srv run start
  bun run --cwd /srv start
  bun --cwd=/srv start
  bun /srv/index.ts
  bun run /srv/index.ts
  deno run --allow-net --allow-env /srv/main.ts
  deno run -A --no-check /srv/main.ts
  deno run --allow-read=/x --allow-net=y /srv/main.ts
  deno run -A jsr:@acme/search
  deno run -A npm:@acme/mcp-server
  deno run --allow-net https://deno.land/x/foo/mod.ts
  deno run -A --config /srv/deno.json /srv/main.ts
  node --no-warnings /srv/x.js
  node --env-file=/srv/.env /srv/x.js
  node --env-file /srv/.env /srv/x.js
  node -r dotenv/config /srv/x.js
  node --import tsx /srv/x.ts
  node --loader ts-node/esm /srv/x.ts
  node --experimental-strip-types /srv/x.ts
  node --max-old-space-size=4096 /srv/x.js stdio
  node --inspect /srv/x.js
  node --trace-warnings /srv/x.js stdio
  tsx /srv/x.ts
  npx tsx /srv/x.ts stdio
  npx -y tsx watch /srv/x.ts
  npx ts-node --esm /srv/x.ts
  ts-node --project /srv/tsconfig.json /srv/x.ts
  npx ts-node -T /srv/x.ts
  java -jar /srv/x.jar
  java -Xmx1g -Dspring.ai.mcp.server.stdio=true -jar /srv/x.jar
  java -Dspring.ai.mcp.server.stdio=true -Dlogging.pattern.console= -jar /srv/x.jar serve
  java -cp /srv/x.jar com.acme.Main
  java -classpath /a/b.jar:/c/d.jar com.acme.Main stdio
  java --enable-preview -jar /srv/x.jar
  jbang /srv/x.java
  jbang run /srv/x.java
  jbang --quiet org.mcp-java:jdbc:RELEASE
  dotnet /srv/x.dll
  dotnet exec /srv/x.dll
  dotnet run --project /srv/x
  dotnet run --project /srv/x.csproj --no-build
  dotnet run --no-build --project /srv/x -- mcp start
  dotnet run --configuration Release --project /srv
  dotnet run -c Release --project /srv
  go run github.com/acme/notes@latest
  go run github.com/acme/mcp@v1.2.3 --x
  go -C /srv run .
  cargo run --manifest-path /srv/Cargo.toml
  cargo run --release --quiet --manifest-path=/srv/Cargo.toml --bin x
  cargo run --manifest-path /srv/Cargo.toml -- --stdio
  docker run -i --rm mcp/git
  docker run -i --rm --mount type=bind,src=/a,dst=/b mcp/filesystem /b
  docker run -i --rm --mount type=bind,src=@{workspaceFolder},dst=/projects/workspace mcp/filesystem /projects
  docker run --rm -i -e A -e B ghcr.io/github/github-mcp-server stdio
  docker run --rm -i --network host --pull always acme/notes
  docker run --rm -i --init --pull=always mcr.microsoft.com/playwright/mcp
  docker run -l mcp.client=x --rm -i alpine/socat STDIO TCP:host.docker.internal:8811
  docker exec -i notes node /app/index.js
  docker start -ai notes
  docker start -i notes
  docker compose -f /srv/compose.yml run --rm app
  docker compose -f /srv/compose.yml exec -T app node x
  docker compose --project-directory /srv run app
  docker-compose -f /srv/compose.yml run app
  docker mcp gateway run
  podman run -i --rm quay.io/x/y
  nohup node /srv/x.js
  nice -n 10 node /srv/x.js
  nice node /srv/x.js
  timeout 3600 node /srv/x.js
  timeout -k 5 3600 npx -y @acme/x
  sudo -E node /srv/x.js
  sudo -u me /opt/x/server
  stdbuf -oL python3 /srv/x.py
  mise exec -- node /srv/x.js
  mise x -- npx -y @acme/x
  mise x node@20 -- npx -y @acme/x
  mise exec node@22 -- node /srv/x.js
  direnv exec /srv node /srv/x.js
  direnv exec /srv npx -y @acme/x
  op run -- npx -y @acme/x
  op run --env-file=/srv/.env -- npx -y @acme/x
  op run --env-file /srv/.env --no-masking -- npx -y @acme/x
  dotenvx run -f /srv/.env -- node /srv/x.js
  dotenvx run -- npx -y @acme/x
  doppler run -- npx -y @acme/x
  doppler run -p x -c dev -- npx -y @acme/x
  infisical run --env=dev -- npx -y @acme/x
  xvfb-run -a npx -y @acme/x
  env -u X A=b node /srv/x.js
  bash -lc source␣~/.nvm/nvm.sh␣&&␣npx␣-y␣@acme/x
  bash -c source␣/home/me/.nvm/nvm.sh␣&&␣nvm␣use␣20␣&&␣npx␣-y␣@acme/x
  bash -c source␣/home/me/.bashrc;␣npx␣-y␣@acme/x
  bash -c source␣/srv/.venv/bin/activate␣&&␣python␣/srv/x.py
  bash -lc exec␣"$HOME/bin/server"
  sh -c exec␣sh␣"$HOME/x/mcp-server.sh"
  bash -c $HOME/bin/x␣--stdio
  bash -c npx␣-y␣@acme/x␣2>/dev/null
  bash -c npx␣-y␣@acme/x␣2>>/tmp/log
  zsh -ic npx␣-y␣@acme/x
  cmd /c npx -y @acme/x
  cmd /c node C:\\srv\\x.js
  cmd /c uvx mcp-server-git
  powershell -NoProfile -ExecutionPolicy Bypass -File C:\\srv\\x.ps1
  pwsh -NoLogo -File /srv/x.ps1 -Mode stdio
  php /srv/artisan mcp:start x
  php /srv/server.php
  ruby /srv/server.rb
  bundle exec /srv/x
  perl /srv/x.pl
  Rscript /srv/x.R
  julia --project=/srv /srv/x.jl
  elixir /srv/x.exs
  swift run --package-path /srv x
  nix run github:utensils/mcp-nixos --
  nix run github:acme/notes
  ssh me@host node␣/srv/x.js
  ssh host docker␣run␣-i␣--rm␣acme/x
  ssh -T host /srv/x
  kubectl exec -i pod -- node /x.js
  socat STDIO TCP:localhost:5000
  nc localhost 5000
  dart mcp-server
  dart mcp-server --force-roots-fallback
  dart run /srv/bin/x.dart
  firebase mcp
  firebase experimental:mcp
  npx -y firebase-tools@latest mcp
  npx -y firebase-tools@latest experimental:mcp --dir /x
  mise mcp
  claude mcp serve
  codex mcp-server
  gh copilot mcp
  stripe mcp
  basic-memory mcp --transport stdio
  serena start-mcp-server --context ide-assistant --project .
  uvx --from git+https://github.com/oraios/serena serena start-mcp-server --context ide-assistant --project .
  npx -y @modelcontextprotocol/server-filesystem .
  npx -y @modelcontextprotocol/server-filesystem ./docs /abs
  uvx mcp-server-git --repository .
  npx -y @playwright/mcp --output-dir ./x
  npx -y @bytebase/dbhub --transport stdio --dsn postgres://x
  npx -y @wonderwhy-er/desktop-commander
  npx -y @wonderwhy-er/desktop-commander@latest
  npx -y task-master-ai
  npx -y convex@latest mcp start
  npx -y shadcn@latest mcp
  npx shadcn@latest mcp
  npx -y @angular/cli mcp
  npx -y backlog.md mcp start
  npx -y repomix --mcp
  npx -y @azure/mcp@latest server start
  npx -y vercel-mcp VERCEL_API_KEY=x
  npx -y snyk@latest mcp -t stdio
  npx -y @neondatabase/mcp-server-neon start KEY
  npx -y @smithery/cli@latest run @acme/notes --key k
  npx -y @smithery/cli run acme-notes
  npx -y supergateway --sse https://x/y
  npx -y supergateway --stdio npx␣-y␣@modelcontextprotocol/server-filesystem␣/x
  npx -y mcp-remote https://x --header Authorization:@{AUTH}
  npx -y ruv-swarm mcp start
  uvx basic-memory mcp
  uvx --from basic-memory basic-memory mcp
  uvx --from awslabs.core awslabs.core.exe
  uvx --with x postgres-mcp --access-mode=unrestricted
  uvx --python 3.12 mcp-x
  uvx --refresh --from git+https://x zen-mcp-server
  uvx --env-file /abs/.env mcp-x
  uvx mcp-proxy --transport streamablehttp http://localhost:8080/mcp
  uvx --index https://x --from y z
  uvx ha-mcp@latest
  pipx run --spec x y
  pipx run mcp-x
  yarn dlx @acme/x
  pnpm dlx mcp-x
  pnpx mcp-x
  bunx -y mcp-x
  bunx --bun mcp-x
  bun x -y mcp-x
  npx --yes --package=@acme/x -- server
  npx -y --registry https://x @acme/x
  npx --node-options=--no-warnings @acme/x
  npm exec --yes -- @acme/x --flag
  npx github:acme/mcp
  npx -y github:acme/notes
  npx envmcp npx -y @acme/x
  npx -y envmcp npx -y @acme/x
  /home/me/go/bin/notes stdio
  /usr/local/bin/notes-server stdio
  /opt/homebrew/bin/notes --transport stdio
  /Applications/X.app/Contents/MacOS/x mcp
  terraform-mcp-server stdio
  notes-server stdio
  gopls mcp
  nvim-mcp
  node /srv/x/dist/mcp.js
  node /srv/x/dist/server.js
  node /srv/x/next.js stdio
  /srv/app/bin/mcp --stdio
  /srv/app/mcp
  python /srv/mcp/server.py
  python /srv/mcp
  python /srv/task.py
  /srv/task/bin/server
  /home/me/x/target/release/task stdio
  /home/me/go/bin/mcp
  bun run /srv/mcp
  bun /srv/mcp.ts
  nix run nixpkgs#x
  /home/me/.local/bin/mcp-x serve
  /usr/local/bin/docs-server serve
  /usr/bin/docker run -i --rm mcp/git
  /usr/local/bin/npx -y @acme/x
  /opt/homebrew/bin/uvx mcp-server-git
  /home/me/.nvm/versions/node/v20.1.0/bin/npx -y @acme/x
  /home/me/.nvm/versions/node/v20.1.0/bin/node /srv/x.js
  C:\Program␣Files\nodejs\npx.cmd -y @acme/x
  C:\Users\me\AppData\Local\x\srv.exe --stdio
  C:\srv\.venv\Scripts\python.exe C:\srv\x.py
  npx.cmd -y @acme/x
  uvx.exe mcp-server-git
  node.exe C:\srv\x.js
  uv run --no-sync --directory /srv mcp-x
  uv run --frozen --project /srv mcp-x
  uv run --with-editable /srv --with mcp mcp run /srv/s.py
  uv tool run --from git+https://x/y z-mcp
  uv --directory @{workspaceFolder} run server.py
  poetry run -C /srv app
  systemd-run --user --pipe npx -y @acme/x
  npx -y @acme/x --log-level debug --mode fast
  npx -y @acme/x --api-key=abc --region us-east-1
  uvx notes --transport stdio --mode write
  notes --read-only
  npx -y figma-developer-mcp --figma-api-key=KEY --stdio
  npx -y @supabase/mcp-server-supabase@latest --read-only --project-ref=abc
  npx -y @sentry/mcp-server@latest --access-token=x --host=y
  npx -y tavily-mcp@0.1.4
  npx -y exa-mcp-server --tools=a,b
  npx -y @upstash/context7-mcp --api-key X
  npx -y @brave/brave-search-mcp-server --transport stdio
  npx -y @modelcontextprotocol/server-postgres postgresql://localhost/mydb
  npx -y @modelcontextprotocol/server-sequential-thinking
  npx -y mcp-mongo-server mongodb://x:y@localhost:27017/db
  npx -y airtable-mcp-server
  npx -y @circleci/mcp-server-circleci@latest
  npx -y @playwright/mcp@latest --cdp-endpoint http://localhost:9222
  npx -y chrome-devtools-mcp@latest --channel=canary --headless=true
  npx -y mcp-remote@latest https://mcp.linear.app/sse
  npx -y @pimzino/spec-workflow-mcp@latest /path/to/project
  npx -y ruflo@latest mcp start
  npx -y claude-flow@alpha mcp start
  npx -y n8n-mcp
  npx -y @kimtaeyoon83/mcp-server-youtube-transcript
  npx -y @apify/actors-mcp-server --actors lukaskrivka/google-maps
  npx -y @benborla29/mcp-server-mysql
  npx -y task-master-ai@latest
  npx -y --package=task-master-ai task-master-ai
  npx -y @heyhuynhgiabuu/x
  npx -y xcodebuildmcp@latest mcp
  npx -y @railway/mcp-server
  npx -y hostinger-api-mcp@latest
  npx -y @dynatrace-oss/dynatrace-mcp-server
  npx -y @magicuidesign/mcp@latest
  npx -y @composio/mcp@latest setup x
  npx -y tsx /srv/s.ts
  npx -y deno run -A jsr:@acme/mcp
  uvx mcp-atlassian --env-file /x/.env
  uvx --with setuptools basic-memory --project foo mcp
  uvx awslabs.aws-documentation-mcp-server@latest
  uvx mcp-server-sqlite --db-path /x/t.db
  uvx --from mcp-alchemy==2025 --refresh-package mcp-alchemy mcp-alchemy
  uvx cli-mcp-server
  uvx --from graphiti graphiti-mcp
  uvx minimax-mcp -y
  uvx excel-mcp-server stdio
  uvx ida-pro-mcp
  uvx windows-mcp
  uvx mcp-proxy --transport=sse http://localhost:8080/sse
  uvx fastmcp run /srv/s.py
  uvx fastmcp-x
  java -Dtransport.mode=stdio -Dspring.main.web-application-type=none -jar /srv/x.jar --spring.x=y
  dotnet run --project /srv/x --no-build --no-restore -v quiet
  docker run -i --rm -e GRAFANA_URL -e X mcp/grafana -t stdio
  docker run -i --rm --init -e DOCKER_CONTAINER=true mcp/puppeteer
  docker run --rm -i -v /srv:/app -w /app node:20 node index.js
  docker run -i --rm -v mcp-data:/data acme/notes --db /data/x
  docker run -i --rm -v .:/w mcp/git
  docker exec -i supabase_x node /srv/mcp.js
  docker container run -i --rm acme/x
  docker compose -f @{workspaceFolder}/compose.yml run --rm app
  podman exec -i x y
  deno run --allow-all npm:@acme/notes
  cargo run --quiet --manifest-path /srv/Cargo.toml --bin mcp
  npx -y cross-env A=b node /srv/x.js
  cross-env A=b npx -y @acme/x
  dotenv -e /x/.env -- npx -y @acme/x
  infisical run --projectId x --env dev -- npx -y @acme/mcp
  varlock run -- npx -y @acme/x
  bash -c cd␣/srv␣&&␣uv␣run␣--directory␣/srv␣x
  bash -c export␣A=b;␣exec␣npx␣-y␣@acme/x
  bash -c set␣-a;␣source␣/srv/.env;␣set␣+a;␣exec␣npx␣-y␣@acme/x
  zsh -lc npx␣-y␣@acme/x
  bash -l -c uvx␣mcp-x
  bash -c set␣-a␣&&␣.␣~/.env␣&&␣npx␣-y␣@acme/x
  fish -c npx␣-y␣@acme/x
  /bin/zsh -ilc exec␣npx␣-y␣@acme/x
  bash /srv/run.sh stdio
  sh /srv/run.sh
  /srv/run.sh
  npx -y @acme/notes --run=x --project y
  bash -e /srv/x.sh
  node /srv/x.js --dir=.
  python /srv/x.py --config ./x.json
  /srv/bin/x --root .
  /usr/local/bin/mcp-x --root .
  python3 -I /srv/x.py
  notes-server --config x --app=y
`);

describe('commands that are bound to their folder, and commands that are not', () => {
  for (const line of BOUND) {
    it(`K32 bound: ${line}`, () => assert.ok(['folder', undefined].includes(anchor(line)?.kind), anchor(line)?.kind));
  }
  for (const line of FREE) {
    it(`free: ${line}`, () => assert.ok(!['folder', undefined].includes(anchor(line)?.kind), anchor(line)?.kind));
  }

  for (const line of ['python -m mcp_server_git', 'python3 -u -m field_mcp.main --x', '/srv/.venv/bin/python -m app']) {
    it(`module that may be an installed one: ${line}`, () => assert.ok(anchor(line)?.module));
  }
  for (const line of [
    ...['python -m uvicorn app:main', 'python -m mcp run s.py', 'python -m http.server', 'python -m app ./x'],
    ...['python -m app npm start', 'python -m debugpy -m app', 'python -m @{input:x}'],
  ]) {
    it(`K32 module that runs others: ${line}`, () => assert.equal(anchor(line)?.module, undefined));
  }
});
