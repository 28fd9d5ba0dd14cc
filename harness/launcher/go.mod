module afterclose.dev/launcher

go 1.21
