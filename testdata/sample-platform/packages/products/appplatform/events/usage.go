// Package events names the events that the domain publishes.
package events

const (
	// AppUsageRecorded is the name of the event app.usage.recorded.
	AppUsageRecorded = "app.usage.recorded"
)
