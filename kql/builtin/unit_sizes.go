package builtin

// Sizes that others are made of; exact unless they say otherwise.
const (
	footInMeters    = 0.3048
	poundInKilos    = 0.45359237
	gravity         = 9.80665
	usGallon        = 231 * (0.0254 * 0.0254 * 0.0254)
	imperialGallon  = 4.54609e-3
	btuInJoules     = 1055.05585262
	electronVolt    = 1.602176634e-19
	lightYear       = 9460730472580800.0
	parsec          = 3.0856775814913673e16
	usSurveyFoot    = 1200.0 / 3937
	poundForce      = poundInKilos * gravity
	cubicFoot       = footInMeters * footInMeters * footInMeters
	acreFeet        = 0.000810714 // in a cubic meter, as Kusto rounds it
	secondsInMinute = 60.0
	secondsInHour   = 3600.0
)

// energyUnits are in joules.
func energyUnits() map[string]unit {
	const watthour, wattday = 3600.0, 86400.0
	return sized(map[string]float64{
		"Joule": 1, "Millijoule": 1e-3, "Kilojoule": 1e3, "Megajoule": 1e6, "Gigajoule": 1e9, "Erg": 1e-7,
		"Calorie": 4.184, "Kilocalorie": 4184, "Megacalorie": 4.184e6,
		"BritishThermalUnit": btuInJoules, "KilobritishThermalUnit": btuInJoules * 1e3,
		"MegabritishThermalUnit": btuInJoules * 1e6, "GigabritishThermalUnit": btuInJoules * 1e9,
		"ThermEc": btuInJoules * 1e5, "ThermImperial": 1.05505585257348e8, "ThermUs": 1.054804e8,
		"DecathermEc": btuInJoules * 1e6, "DecathermImperial": 1.05505585257348e9, "DecathermUs": 1.054804e9,
		"ElectronVolt": electronVolt, "KiloelectronVolt": electronVolt * 1e3, "MegaelectronVolt": electronVolt * 1e6,
		"GigaelectronVolt": electronVolt * 1e9, "TeraelectronVolt": electronVolt * 1e12,
		"FootPound": footInMeters * poundForce, "HorsepowerHour": 550 * footInMeters * poundForce * secondsInHour,
		"WattHour": watthour, "KilowattHour": watthour * 1e3, "MegawattHour": watthour * 1e6, "GigawattHour": watthour * 1e9, "TerawattHour": watthour * 1e12,
		"WattDay": wattday, "KilowattDay": wattday * 1e3, "MegawattDay": wattday * 1e6, "GigawattDay": wattday * 1e9, "TerawattDay": wattday * 1e12,
	})
}

// forceUnits are in newtons.
func forceUnits() map[string]unit {
	return sized(map[string]float64{
		"Newton": 1, "Decanewton": 10, "Kilonewton": 1e3, "Meganewton": 1e6, "Millinewton": 1e-3, "Micronewton": 1e-6,
		"Dyn": 1e-5, "KilogramForce": gravity, "KiloPond": gravity, "TonneForce": gravity * 1e3,
		"PoundForce": poundForce, "KilopoundForce": poundForce * 1e3, "OunceForce": poundForce / 16, "ShortTonForce": poundForce * 2000,
		"Poundal": poundInKilos * footInMeters,
	})
}

// lengthUnits are in meters.
func lengthUnits() map[string]unit {
	const inch = footInMeters / 12
	return sized(map[string]float64{
		"Meter": 1, "Nanometer": 1e-9, "Micrometer": 1e-6, "Millimeter": 1e-3, "Centimeter": 1e-2, "Decimeter": 0.1,
		"Decameter": 10, "Hectometer": 100, "Kilometer": 1e3, "Angstrom": 1e-10,
		"Inch": inch, "Microinch": inch * 1e-6, "Mil": inch * 1e-3, "Hand": inch * 4, "Foot": footInMeters, "Yard": footInMeters * 3,
		"Fathom": footInMeters * 6, "Chain": footInMeters * 66, "Shackle": footInMeters * 90, "Mile": footInMeters * 5280,
		"DataMile": footInMeters * 6000, "NauticalMile": 1852, "UsSurveyFoot": usSurveyFoot,
		"DtpPoint": inch / 72, "DtpPica": inch / 6, "PrinterPoint": inch / 72.27, "PrinterPica": inch * 12 / 72.27, "Twip": inch / 1440,
		"AstronomicalUnit": 149597870700, "SolarRadius": 6.9551e8,
		"LightYear": lightYear, "KilolightYear": lightYear * 1e3, "MegalightYear": lightYear * 1e6,
		"Parsec": parsec, "Kiloparsec": parsec * 1e3, "Megaparsec": parsec * 1e6,
	})
}

// massUnits are in kilograms.
func massUnits() map[string]unit {
	return sized(map[string]float64{
		"Kilogram": 1, "Nanogram": 1e-12, "Microgram": 1e-9, "Milligram": 1e-6, "Centigram": 1e-5, "Decigram": 1e-4,
		"Gram": 1e-3, "Decagram": 1e-2, "Hectogram": 0.1, "Tonne": 1e3, "Kilotonne": 1e6, "Megatonne": 1e9,
		"Grain": poundInKilos / 7000, "Ounce": poundInKilos / 16, "Pound": poundInKilos, "Kilopound": poundInKilos * 1e3,
		"Megapound": poundInKilos * 1e6, "Stone": poundInKilos * 14, "ShortHundredweight": poundInKilos * 100,
		"LongHundredweight": poundInKilos * 112, "ShortTon": poundInKilos * 2000, "LongTon": poundInKilos * 2240,
		"Slug": poundForce / footInMeters, "EarthMass": 5.9722e24, "SolarMass": 1.98947e30,
	})
}

// speedUnits are in meters per second.
func speedUnits() map[string]unit {
	units := map[string]unit{"Knot": {size: 1852, per: secondsInHour}, "MilePerHour": {size: 5280 * footInMeters, per: secondsInHour}}
	for name, size := range map[string]float64{
		"Nanometer": 1e-9, "Micrometer": 1e-6, "Millimeter": 1e-3, "Centimeter": 1e-2, "Decimeter": 0.1, "Meter": 1, "Kilometer": 1e3,
		"Inch": footInMeters / 12, "Foot": footInMeters, "Yard": footInMeters * 3, "UsSurveyFoot": usSurveyFoot,
	} {
		units[name+"PerSecond"] = unit{size: size, per: 1}
		units[name+"PerMinute"] = unit{size: size, per: secondsInMinute}
		units[name+"PerHour"] = unit{size: size, per: secondsInHour}
	}
	return units
}

// volumeUnits are in cubic meters.
func volumeUnits() map[string]unit {
	const inch = footInMeters / 12
	units := sized(map[string]float64{
		"CubicMeter": 1, "CubicMicrometer": 1e-18, "CubicMillimeter": 1e-9, "CubicCentimeter": 1e-6, "CubicDecimeter": 1e-3,
		"CubicHectometer": 1e6, "CubicKilometer": 1e9, "HectocubicMeter": 100, "KilocubicMeter": 1e3,
		"CubicInch": inch * inch * inch, "CubicFoot": cubicFoot, "HectocubicFoot": cubicFoot * 100, "KilocubicFoot": cubicFoot * 1e3,
		"MegacubicFoot": cubicFoot * 1e6, "CubicYard": cubicFoot * 27, "CubicMile": cubicFoot * 5280 * 5280 * 5280,
		"BoardFoot": cubicFoot / 12, "OilBarrel": usGallon * 42, "UsBeerBarrel": usGallon * 31,
		"UsGallon": usGallon, "DeciusGallon": usGallon / 10, "DecausGallon": usGallon * 10, "HectousGallon": usGallon * 100,
		"KilousGallon": usGallon * 1e3, "MegausGallon": usGallon * 1e6, "UsQuart": usGallon / 4, "UsPint": usGallon / 8,
		"UsCustomaryCup": usGallon / 16, "UsLegalCup": 2.4e-4, "UsOunce": usGallon / 128, "UsTablespoon": usGallon / 256, "UsTeaspoon": usGallon / 768,
		"ImperialGallon": imperialGallon, "KiloimperialGallon": imperialGallon * 1e3, "MegaimperialGallon": imperialGallon * 1e6,
		"ImperialBeerBarrel": imperialGallon * 36, "ImperialPint": imperialGallon / 8, "ImperialOunce": imperialGallon / 160,
		"UkTablespoon": 1.5e-5, "AuTablespoon": 2e-5, "MetricCup": 2.5e-4, "MetricTeaspoon": 5e-6,
	})
	units["AcreFoot"] = unit{size: 1, per: acreFeet}
	for name, size := range map[string]float64{
		"Liter": 1, "Microliter": 1e-6, "Milliliter": 1e-3, "Centiliter": 1e-2, "Deciliter": 0.1, "Decaliter": 10, "Hectoliter": 100, "Kiloliter": 1e3, "Megaliter": 1e6,
	} {
		units[name] = unit{size: size, per: 1000}
	}
	return units
}
