module afterclose.dev/fixtures

go 1.11
