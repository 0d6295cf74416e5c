package tenant

import "fmt"

// A device is a machine someone signs in from, with the user agents its
// programs send.
type device struct {
	os     string
	trust  string // trustType, empty when the device is not registered
	json   string // deviceDetail
	agents [3]string
}

// A build is a kind of device that many people have: a few hundred builds make
// all user agents of the tenant.
type build struct {
	os, browser, mobile string
	web, native, cli    string
}

// newBuilds lists them, commonest first.
func newBuilds() []build {
	var out []build
	for _, v := range []int{137, 136, 135, 134, 131} {
		win := fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", v)
		mac := fmt.Sprintf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", v)
		linux := fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0", v, v)
		out = append(out,
			build{"Windows11", fmt.Sprintf("Edge %d.0.0", v), "", win + fmt.Sprintf(" Edg/%d.0.0.0", v),
				fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/25%03d.1203 Chrome/%d.0.0.0 Safari/537.36 Edg/%d.0.0.0", v-60, v, v),
				fmt.Sprintf("python/3.12.%d (Windows-11-10.0.26100-SP0) AZURECLI/2.%d.0 (MSI)", v%10, v-64)},
			build{"Windows10", fmt.Sprintf("Chrome %d.0.0", v), "", win,
				fmt.Sprintf("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.18%d; ms-office; MSOffice 16)", v*3),
				fmt.Sprintf("AzurePowershell/v14.%d.0 Az.Accounts/5.%d.0 PSVersion/v7.5.%d", v%6, v%4, v%3)},
			build{"MacOs", fmt.Sprintf("Chrome %d.0.0", v), "", mac,
				fmt.Sprintf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Outlook/16.%d", v-40),
				fmt.Sprintf("azsdk-python-identity/1.%d.0 Python/3.13.%d (macOS-15.5-arm64-arm-64bit)", v-115, v%5)},
			build{"Linux", fmt.Sprintf("Firefox %d.0", v), "", linux, linux,
				fmt.Sprintf("python-requests/2.32.%d", v%5)},
		)
	}
	for _, v := range []string{"18.5", "18.4", "17.7", "17.6"} {
		ios := "Mozilla/5.0 (iPhone; CPU iPhone OS " + underscore(v) + " like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
		out = append(out, build{"Ios " + v, "Mobile Safari " + v, "iPhone", ios + " Version/" + v + " Mobile/15E148 Safari/604.1",
			ios + " Mobile/15E148 PKeyAuth/1.0", "MSAL/1.8 (iOS " + v + ")"})
	}
	for v := 15; v >= 12; v-- {
		for _, model := range []string{"SM-S921B", "Pixel 8", "SM-A556B"} {
			android := fmt.Sprintf("Mozilla/5.0 (Linux; Android %d; %s) AppleWebKit/537.36 (KHTML, like Gecko)", v, model)
			out = append(out, build{fmt.Sprintf("Android %d", v), "Chrome Mobile 136.0.0", model,
				android + " Chrome/136.0.0.0 Mobile Safari/537.36", android + " Version/4.0 Chrome/136.0.7103.125 Mobile Safari/537.36 PKeyAuth/1.0",
				fmt.Sprintf("okhttp/4.12.0 Android/%d", v)})
		}
	}
	return out
}

func underscore(v string) string {
	b := []byte(v)
	for i := range b {
		if b[i] == '.' {
			b[i] = '_'
		}
	}
	return string(b)
}

// newDevice makes one of a build. Phones are registered, desktops are mostly
// joined, and some are nobody's.
func newDevice(r *rng, b *build, owner string) device {
	d := device{os: b.os, agents: [3]string{browser: b.web, native: b.native, library: b.cli}}
	if r.chance(0.12) {
		d.json = fmt.Sprintf(`{"deviceId":"","operatingSystem":%q,"browser":%q}`, b.os, b.browser)
		return d
	}
	d.trust = "Hybrid Azure AD joined"
	name := fmt.Sprintf("NHL-%s-%04d", b.os[:3], r.below(10000))
	switch {
	case b.mobile != "":
		d.trust, name = "Azure AD registered", owner+"'s "+b.mobile
	case r.chance(0.4):
		d.trust = "Azure AD joined"
	}
	compliant := "true"
	if r.chance(0.08) {
		compliant = "false"
	}
	d.json = fmt.Sprintf(`{"deviceId":%q,"displayName":%q,"operatingSystem":%q,"browser":%q,"isCompliant":%s,"isManaged":%s,"trustType":%q}`,
		r.guid(), name, b.os, b.browser, compliant, compliant, d.trust)
	return d
}
