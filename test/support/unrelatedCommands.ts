// What a developer's machine runs besides MCP servers; much of it has "mcp" somewhere. `~` is the home, `%` a number.
// Arguments are separated by blanks; text between apostrophes is one argument, and so is a title that a program set.
const COMMANDS = `
/usr/lib/systemd/systemd --user
/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only
/usr/bin/pipewire
/usr/libexec/gnome-terminal-server
/usr/bin/ssh-agent -D -a /run/user/1000/ssh-agent.%
-zsh
-bash
/bin/bash --login
/usr/bin/fish
zsh -c 'cd ~/mcp-server-x && npm run dev'
sh -c 'tail -n 100 -f ~/logs/mcp-server-%.log | grep --line-buffered ERROR'
bash -c 'while true; do pgrep -fa mcp-server; sleep %; done'
bash ~/bin/kill-mcp-servers.sh
tmux new-session -s mcp-server-%
tmux attach -t mcp
SCREEN -S mcp-server
ssh build% npx -y @modelcontextprotocol/server-filesystem ~/projects
ssh -N -L 30%:localhost:30% mcp-server.example.com
mosh-client -# mcp-server.example.com | 10.0.0.% 60001
tail -f mcp.log
tail -F ~/.cache/claude-cli-nodejs/mcp-logs-context7/%.jsonl
less +F ~/logs/mcp-server-filesystem.log
journalctl --user -fu mcp-server-x
watch -n 2 'ps aux | grep mcp-server-filesystem'
grep -rn mcp-server-filesystem ~/projects
rg --files-with-matches 'npx -y @modelcontextprotocol/server-memory' ~/notes-%
fd mcp-server
ag context7-mcp ~/src
man mcp-server-git
vim ~/.mcp.json
vim ~/projects/mcp-server-x/src/index.ts
/usr/bin/nvim --embed ~/.cursor/mcp.json
nano ~/.codex/config.toml
emacs --daemon=mcp-server
emacsclient -nw ~/projects/app-%/.vscode/mcp.json
hx ~/mcp-server-x
micro mcp-server.py
/usr/share/code/code --type=zygote --no-sandbox
/usr/share/code/code --type=renderer --app-path=/usr/share/code/resources/app ~/mcp-server-x
/usr/share/code/code ~/mcp-server-x
/opt/cursor/cursor --type=utility --utility-sub-type=network.mojom.NetworkService
zed ~/mcp-server-x
idea ~/IdeaProjects/mcp-server-%
/opt/idea/jbr/bin/java -Xmx2048m -Didea.paths.selector=IntelliJIdea2026.2 com.intellij.idea.Main ~/mcp-server-x
git -C ~/mcp-server-x fetch --all
git clone https://github.com/modelcontextprotocol/servers.git ~/src/servers-%
gh repo clone acme/mcp-server
lazygit -p ~/mcp-server-x
make -C ~/mcp-server-x test
claude
claude --mcp-config ~/projects/app-%/.mcp.json
claude mcp list
node /usr/local/bin/claude --resume
codex
codex mcp list
node /usr/local/bin/codex exec 'start the mcp server'
/usr/local/lib/node_modules/@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex
node --no-warnings=DEP0040 /usr/local/bin/gemini
opencode
cursor-agent -p 'why does mcp-server-git hang?'
aider --model sonnet mcp_server.py
copilot
'npm exec @modelcontextprotocol/inspector'
'npm exec vite'
'npm exec tsc --watch'
'npm exec create-next-app@latest app-%'
'npm run dev'
'npm run start:mcp'
'npm install @modelcontextprotocol/server-filesystem'
'npm view context7-mcp version'
pnpm dev
pnpm --filter mcp-server dev
yarn workspace mcp-server start
bun run --hot src/mcp.ts
bunx vitest --watch
npx -y prettier --check .
npx --yes @biomejs/biome check ~/mcp-server-x
npx tsx watch src/server.ts
npx playwright test mcp-server.spec.ts
npx -y cowsay @modelcontextprotocol/server-memory
node ~/mcp-server-x/node_modules/.bin/vite --port 51%
node ~/mcp-server-x/node_modules/.bin/next dev -p 3%
node ~/mcp-server-x/node_modules/vite/bin/vite.js
node ~/mcp-server-x/node_modules/typescript/lib/tsserver.js --useInferredProjectPerProjectRoot
node ~/mcp-server-x/scripts/seed.mjs
node ~/mcp-server-x/dist/index.js --http --port 80%
node dist/index.js
node build/index.js
node server.js
node --watch src/index.js
node --inspect=92% ~/code/api-%/dist/main.js
node ~/.npm/_npx/0123456789abcde%/node_modules/.bin/serve -l 50%
node ~/.vscode/extensions/dbaeumer.vscode-eslint-3.0.%/server/out/eslintServer.js --node-ipc --clientProcessId=%
node ~/.vscode/extensions/ms-python.vscode-pylance-2026.%/dist/server.bundle.js --cancellationReceive=file:% --node-ipc
node ~/.vscode/extensions/acme.mcp-tools-1.%/dist/languageServer.js --stdio
/usr/local/bin/node ~/.vscode-server/bin/abc%/out/bootstrap-fork --type=fileWatcher
typescript-language-server --stdio
vscode-json-language-server --stdio
yaml-language-server --stdio
bash-language-server start
pyright-langserver --stdio
node /usr/local/bin/pyright-langserver --stdio
gopls -mode=stdio
gopls serve -listen=unix;/tmp/gopls-%
rust-analyzer
clangd --background-index -j=% ~/mcp-server-x
lua-language-server
jdtls -data ~/.cache/jdtls/mcp-server-%
java -jar ~/.m2/mcp-server/lsp-%.jar
docker-langserver --stdio
python3 manage.py runserver 80%
python3 -m http.server 80%
python3 -m pip install mcp-server-git
python3 -m venv ~/mcp-server-x/.venv
python3 ~/mcp-server-x/train.py --epochs %
python ~/mcp_server/main.py
python3 -m uvicorn mcp_server.app:app --port 80%
~/mcp-server-x/.venv/bin/python -m pytest tests/test_mcp.py
~/mcp-server-x/.venv/bin/uvicorn app:app --reload
~/.venv/bin/jupyter-lab --notebook-dir ~/mcp
python3 ~/.vscode/extensions/ms-python.black-%/bundled/tool/lsp_server.py
uv run pytest
uv pip install mcp-server-fetch
uvx ruff check ~/mcp-server-x
uvx --from jupyterlab jupyter-lab
poetry run python -m app.mcp
celery -A mcp_server worker
gunicorn -w % mcp_server.wsgi
ruby bin/rails server -p 3%
php -S localhost:80% -t ~/mcp-server-x/public
cargo watch -x 'run --bin mcp-server'
~/mcp-server-x/target/debug/build-script-build
go run ./cmd/mcp-server
~/go/bin/air -c ~/mcp-server-x/.air.toml
/tmp/go-build%/b001/exe/main -addr :80%
'postgres: writer process'
/usr/lib/postgresql/16/bin/postgres -D ~/data/mcp
'postgres: mcp mcp_server 127.0.0.1(5%) idle'
redis-server *:63%
/usr/bin/mongod --dbpath ~/data/mcp-server
docker compose -f ~/mcp-server-x/compose.yml up
docker run --rm -p 54%:5432 postgres:16
docker run -it --rm -v ~/mcp-server-x:/app node:20 bash
docker logs -f mcp-server
docker build -t mcp/filesystem:dev% ~/mcp-server-x
docker exec -it mcp-server-% sh
kubectl logs -f deploy/mcp-server -n mcp
kubectl port-forward svc/mcp-server 80%:80
ngrok http 80%
caddy run --config ~/mcp-server-x/Caddyfile
'nginx: worker process'
/usr/bin/chromium --type=renderer --enable-features=mcp --field-trial-handle=%
/opt/google/chrome/chrome https://modelcontextprotocol.io/docs/%
firefox -contentproc -childID %
slack --type=gpu-process
/usr/bin/obsidian ~/notes/mcp-server.md
htop
btop
strace -f -p %
gdb -p %
perf record -p %
rsync -a ~/mcp-server-x/ backup:/srv/mcp-server-%/
curl -N http://localhost:80%/mcp
wget https://example.com/mcp-server-%.tar.gz
tar xzf mcp-server-x.tar.gz
scp mcp-server.tar.gz build%:/srv
sleep 3600
inotifywait -m ~/mcp-server-x
entr -r node ~/mcp-server-x/server.js
nodemon ~/mcp-server-x/server.js
node /usr/local/bin/nodemon --exec ts-node src/mcp-server.ts
'pm2: God Daemon'
node /usr/local/bin/pm2 logs mcp-server
esbuild --service=0.25.% --ping
/usr/bin/node ~/projects/app-%/node_modules/esbuild/bin/esbuild --watch
turbo run dev --filter=mcp-server
ollama serve
llama-server -m ~/models/mcp-%.gguf --port 80%
ffmpeg -i ~/mcp/demo-%.mkv ~/mcp/demo.mp4
find ~/mcp-server-x -name *.ts
xargs -n1 npx -y @modelcontextprotocol/server-memory
sudo -E mcp-server-x-setup --port %
cat ~/.local/share/mcp/fifo-%
sqlite3 ~/.mcp/memory-%.db
node ~/projects/shop-%/dist/index.js
node ~/code/api-%/build/index.js --stdio
node --enable-source-maps ~/code/api-%/dist/server.mjs
node ~/projects/shop-%/node_modules/.bin/server
python3 ~/code/tool-%/server.py
python ~/src/tool-%/main.py --stdio
~/code/tool-%/.venv/bin/python ~/code/tool-%/server.py
~/code/tool-%/bin/server --stdio
npx tsx src/server.ts
npx tsx src/index.ts --port 3%
make serve
python3 -m app.main
uv run app
uv run server.py
uv --directory ~/code/tool-% run server.py
cargo run --bin app
npm start
npm run start
bun run ~/projects/app-%/src/index.ts
deno run -A ~/projects/app-%/main.ts
java -jar ~/code/svc-%/target/app.jar
dotnet run --project ~/code/svc-%
go run .
bash ~/code/tool-%/run.sh
./server --stdio
docker run -i --rm acme/tool-%
env FOO=% make mcp
timeout 600 make -C ~/mcp-server-x
`;

/** `count` argument lists, varied by number: the same program, another port or project. @param home stands for `~`. */
export function unrelatedCommands(count: number, home: string): string[][] {
  const templates = COMMANDS.trim().split('\n');
  return Array.from({ length: count }, (_, index) => {
    const number = String(10 + Math.floor(index / templates.length));
    const line = templates[index % templates.length] as string;
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    return words.map((word) => word.replaceAll('~', home).replaceAll('%', number));
  });
}
