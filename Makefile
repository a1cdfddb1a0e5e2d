# What people who work on the project type. Users need none of it: see README.md and USAGE.md.

.PHONY: build test bench bench-peers reparse cross catalog judge pills eras site test-editors module-path release release-dry-run

build: ## the program, for this machine
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o jetpills ./cmd/jetpills

test: ## all tests
	./test

bench: ## parse, hosts, hover, completion, definition, didChange: time and allocations
	go test -run '^$$' -bench . -benchmem ./internal/text ./internal/nix/syntax ./internal/nix/host ./internal/catalog ./internal/pill ./internal/edition ./internal/ide ./internal/server

NIL := nil

bench-peers: build ## hover, completion, start and memory beside nil, NIL=its program, with ratios; the chart in ARCHITECTURE.md
	@command -v '$(NIL)' >/dev/null || { echo "there is no program $(NIL): make bench-peers NIL=path/to/nil, built in release"; exit 1; }
	python3 editors/test/peers.py --chart editors/images/peers.svg ./jetpills '$(NIL)'

reparse: ## a million random edits, each parsed in part and whole
	go test ./internal/nix/syntax -run '^TestReparse$$' -count 1 -v -rapid.checks=10000

PLATFORMS := linux/arm64 linux/amd64 darwin/arm64 darwin/amd64 windows/amd64

cross: ## one static binary a platform, in dist/
	@set -e; for p in $(PLATFORMS); do \
		os=$${p%/*}; arch=$${p#*/}; ext=; [ $$os = windows ] && ext=.exe; \
		echo "$$p"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags='-s -w' -o dist/$$os-$$arch/jetpills$$ext ./cmd/jetpills; \
	done
	@size=$$(wc -c <dist/linux-amd64/jetpills); echo "linux/amd64: $$size bytes"; [ $$size -lt 20971520 ]

catalog: ## the embedded data, from internal/catalog/facts; UPSTREAM=DIR, a clone of jetpack-nixos, adds its new commits, finds the lines that the pills cite in all, and moves what follows
ifdef UPSTREAM
	@set -e; dir='$(abspath $(UPSTREAM))'; before=$$(cksum <internal/catalog/data/hashes); \
	(cd internal/catalog && go run ./generate -upstream "$$dir" -pills ../../pills); \
	[ "$$before" != "$$(cksum <internal/catalog/data/hashes)" ] || exit 0; \
	echo; echo "The list of upstream's files, the tables of the pills, and the goldens:"; \
	go test ./internal/pillcheck -run TestFiles -clone "$$dir"; \
	go test ./editors/nix -run TestTemplate -update; \
	go test ./internal/nix/host -run TestElsewhere -upstream "$$dir"; \
	go run ./cmd/jetpills pills lint --fix pills >/dev/null || true; \
	go test -tags corpus ./pills -run TestSymptomsUpstream -upstream "$$dir" || true; \
	go test ./internal/server -run TestMarkers -update; \
	go test ./internal/pillcheck -run TestExcerpts -update; \
	git diff --stat; \
	echo; echo "Read the difference. What is left in the pills; ./test says what is left elsewhere:"; \
	go run ./cmd/jetpills pills lint pills && echo nothing || true
else
	go generate ./internal/catalog
endif

judge: ## what Nix says of lib's functions, of configurations, of the steps of the pills and, with UPSTREAM=DIR, a clone of jetpack-nixos, of its assertions, of what it looks at, and of its files as modules, taken anew; LIB=DIR, a clone of nixpkgs.lib, or a folder with its files and REV=COMMIT
	go test ./internal/nix/eval -run '^(TestLib|TestTypedPrograms)$$' -count 1 -v -args -lib '$(abspath $(LIB))' -revision '$(REV)'
	go test ./internal/nix/host -run '^(TestHostsAgainstNix|TestRandomHostsAgainstNix|TestRandomFailedAgainstNix)$$' -count 1 -v -args -lib '$(abspath $(LIB))' -revision '$(REV)'
	go test ./editors/nix -run '^TestModules$$' -count 1 -args -lib '$(abspath $(LIB))' -revision '$(REV)'
	go test ./internal/pillcheck -run '^TestTryIt$$' -count 1 -v -args -lib '$(abspath $(LIB))' -revision '$(REV)'
	go test ./internal/ide -run '^TestNamesAgainstNix$$' -count 1 -v -args -lib '$(abspath $(LIB))'
ifdef UPSTREAM
	go test -tags corpus ./internal/ide -timeout 30m -run '^(TestAssertionsAgainstNix|TestSourceAgainstNix|TestEveryRefusal|TestEffectsAgainstNix|TestConflictsAgainstNix|TestImportsAgainstNix|TestSnippetsAgainstNix|TestStarterAgainstNix)$$' -count 1 -v -args -lib '$(abspath $(LIB))' -revision '$(REV)' -upstream '$(abspath $(UPSTREAM))'
endif

pills: ## the tables that the pills take from the catalog, and all that they claim
	go run ./cmd/jetpills pills lint --nix --fix pills

eras: ## what hovers show at every state of upstream, held to what that state has
	go run ./cmd/jetpills pills lint --eras pills

SITE := build/site

site: ## the pills as web pages, with the playground, in build/site or SITE=DIR; BASE=URL, where it will be
	cd editors/web && npm ci --no-audit --no-fund --loglevel=error
	editors/web/scripts/site.sh '$(SITE)' $(if $(BASE),--base '$(BASE)')

test-editors: ## the extension, the plugins and the web pages, in real editors and browsers: see editors/test/README.md
	editors/test/run.sh
	editors/vscode/e2e/run.sh
	editors/web/test/twice.sh build/tested-site
	SITE=build/tested-site editors/web/test/pages.sh
	SITE=build/tested-site editors/web/test/run.sh
	cd editors/vscode && npm run lint && npm test

GORELEASER := go run github.com/goreleaser/goreleaser/v2@v2.15.1
VERSION = $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' editors/vscode/package.json)

RELEASE := release
HEADING = $(VERSION)

release-dry-run: ## all that a release of this commit has, in dist/: `make release` without the upload, in two clones, to the same bytes
	editors/release-dry-run.sh '$(VERSION)'

release: ## TAG=vX.Y.Z: what the workflow of that name runs
	@[ '$(TAG)' = 'v$(VERSION)' ] || { echo "the tag $(TAG) is not that of the version in editors/vscode/package.json, $(VERSION)"; exit 1; }
	@case $$(go list -m) in *.*/*) ;; *) [ '$(RELEASE)' != release ] || { echo 'go install could not find the module: see make module-path'; exit 1; } ;; esac
	mkdir -p build
	awk -v v='$(HEADING)' '/^## / { on = index($$2, "[" v "]") == 1; next } on' CHANGELOG.md >build/notes.md
	@grep -q . build/notes.md || { echo "CHANGELOG.md says nothing of $(VERSION)"; exit 1; }
	$(GORELEASER) check
	$(GORELEASER) $(RELEASE) --clean --release-notes build/notes.md

module-path: ## MODULE=example.org/you/jetpills: the path under which `go install` finds the program, in go.mod, all imports and what names the repository
	@[ -n '$(MODULE)' ] || { echo 'name it: make module-path MODULE=example.org/you/jetpills'; exit 1; }
	@set -e; now=$$(go list -m); go mod edit -module '$(MODULE)'; \
	git ls-files '*.go' | xargs sed -i "/=/!s#\(^import \|^\t\)\([^ ]* \)\?\"$$now/\(.*\)\"\$$#\1\2\"$(MODULE)/\3\"#"; gofmt -w $$(git ls-files '*.go'); \
	repository='$(patsubst github.com/%,%,$(MODULE))'; \
	sed -i "s#github.com/OWNER/jetpills#$(MODULE)#g; s#OWNER/jetpills#$$repository#g; s#\"OWNER\"#\"$${repository%%/*}\"#" $$(git grep -l OWNER -- .goreleaser.yaml README.md package.nix editors/registries ':!*_test.go'); go vet ./cmd/...
