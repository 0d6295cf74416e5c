package command

import (
	"os"
	"runtime"

	"github.com/calypso-kql/calypso/config"
)

func showSystem() []Declaration {
	return []Declaration{
		{Syntax: "show version", Role: config.Reader, Run: showVersion,
			Columns: "(BuildVersion: string, BuildTime: datetime, ServiceType: string, ProductVersion: string, ServiceOffering: string)",
			Doc:     "Says which program answers."},
		{Syntax: "show cluster", Role: config.Reader, Run: showCluster,
			Columns: "(NodeId: string, Address: string, Name: string, StartTime: datetime, IsAdmin: bool, MachineTotalMemory: long, MachineAvailableMemory: long, ProcessorCount: int, EnvironmentDescription: string)",
			Doc:     "Says on which machine. Memory is not looked at, and null: /metrics has that of the process."},
	}
}

func showVersion(_ ctx, c *call) error {
	c.out.add(c.o.Version, ticksOf(c.o.Built), "Engine", "Calypso "+c.o.Version, jsonText(map[string]string{"Type": "Calypso"}))
	return nil
}

func showCluster(_ ctx, c *call) error {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	c.out.add("0", c.o.Address, host, ticksOf(c.o.Started), true, nil, nil, runtime.NumCPU(), "Calypso on "+runtime.GOOS+"/"+runtime.GOARCH)
	return nil
}
